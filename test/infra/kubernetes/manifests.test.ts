import type { Deployment } from 'kubernetes-models/apps/v1';
import type { IPodSpec } from 'kubernetes-models/v1';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { createMetrics } from '../../../gpu-backend/http/metrics.ts';
import { DEMAND_METRICS } from '../../../infra/kubernetes/demand.ts';
import { ENVIRONMENTS } from '../../../infra/kubernetes/environment.ts';
import { TIERS } from '../../../infra/kubernetes/tier.ts';
import { renderManifests } from '../../../infra/render/render-manifests.ts';
import { instructionsOf } from '../images/image-tree.ts';

it('asks Prometheus for metrics that the backend has', async () => {
  const none = () => 0;
  const metrics = createMetrics({
    queueDepth: none,
    requestsInFlight: none,
    bytesInFlight: none,
    encodeDepth: none,
    storeWrites: none,
    isReady: () => true,
  });
  const text = await (await metrics.render()).text();
  for (const name of DEMAND_METRICS) expect(text).toContain(`# TYPE ${name} gauge\n`);
});

describe.each(Object.entries(ENVIRONMENTS))('the manifests of %s', (_, environment) => {
  const objects = renderManifests({ environment, target: 'kubernetes' }).map(({ yaml }) =>
    parseAllDocuments(yaml)[0]?.toJS(),
  );
  const find = (kind: string, name: string) =>
    objects.find((object) => object.kind === kind && object.metadata.name === name);
  const podOf = (name: string): IPodSpec =>
    (find('Deployment', name) as Deployment).spec?.template.spec as IPodSpec;

  it.each(['galip-gpu', 'galip-cpu'])(
    'let %s run without root, privileges, a token or a writable file',
    (name) => {
      const { securityContext, automountServiceAccountToken, containers, volumes } = podOf(name);
      expect(securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      const user = instructionsOf('backend').find((step) => step.getKeyword() === 'USER');
      expect(`${securityContext?.runAsUser}:${securityContext?.runAsGroup}`).toBe(
        user?.getArgumentsContent(),
      );
      expect(automountServiceAccountToken).toBe(false);
      expect(volumes).toBeUndefined();
      expect(containers[0]?.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    },
  );

  it.each(['galip-gpu', 'galip-cpu'])('keep secrets out of %s: a reference each', (name) => {
    const secret = podOf(name).containers[0]?.env?.filter(({ valueFrom }) => valueFrom) ?? [];
    expect(secret.map((variable) => variable.name).sort()).toEqual([
      'S3_ACCESS_KEY_ID',
      'S3_SECRET_ACCESS_KEY',
      'SIGNING_KEYS',
    ]);
    for (const { valueFrom, value } of secret) {
      expect(value).toBeUndefined();
      expect(valueFrom?.secretKeyRef?.name).toBe('galip-backend');
    }
  });

  it.each(['galip-gpu', 'galip-cpu'])(
    'leave %s the time to stop: routers first, then accepted work',
    (name) => {
      const { terminationGracePeriodSeconds = 0, containers } = podOf(name);
      const preStop = containers[0]?.lifecycle?.preStop?.sleep?.seconds ?? 0;
      expect(preStop).toBeGreaterThan(0);
      // Exit within 30 s of SIGTERM is what the backend promises.
      expect(terminationGracePeriodSeconds - preStop).toBeGreaterThan(30);
    },
  );

  it('ask a GPU for the tier of GPUs alone, and tolerate its nodes', () => {
    expect(podOf('galip-gpu').containers[0]?.resources?.limits).toMatchObject({ 'nvidia.com/gpu': '1' });
    expect(podOf('galip-gpu').tolerations).toEqual([{ key: 'nvidia.com/gpu', operator: 'Exists' }]);
    expect(podOf('galip-cpu').containers[0]?.resources?.limits).not.toHaveProperty('nvidia.com/gpu');
  });

  it('keep a floor of CPUs that no scaler touches, and leave the number of GPUs to KEDA', () => {
    expect(find('Deployment', 'galip-cpu').spec.replicas).toBeGreaterThanOrEqual(1);
    expect(find('Deployment', 'galip-gpu').spec).not.toHaveProperty('replicas');
    const scaled = objects.filter(({ kind }) => kind === 'ScaledObject');
    expect(scaled.map(({ spec }) => spec.scaleTargetRef.name)).toEqual(['galip-gpu']);
  });

  it('scale GPUs from none by requests in flight and queued, and to one where nothing is known', () => {
    const { spec } = find('ScaledObject', 'galip-gpu');
    expect(spec.minReplicaCount).toBe(0);
    expect(spec.fallback).toMatchObject({ replicas: 1 });
    expect(spec.triggers).toHaveLength(1);
    const { type, metricType, metadata } = spec.triggers[0];
    expect({ type, metricType }).toEqual({ type: 'prometheus', metricType: 'AverageValue' });
    expect(metadata.query).toBe(
      `sum(max_over_time(galip_requests_in_flight{namespace="${environment.namespace}"}[1m])) + ` +
        `sum(max_over_time(galip_queue_depth{namespace="${environment.namespace}"}[1m]))`,
    );
    expect(metadata.ignoreNullValues).toBe('false');
  });

  it('watch that GPUs wake, that they sleep, and that their demand is known', () => {
    const rules = find('PrometheusRule', 'galip-scaling').spec.groups[0].rules;
    expect(rules.map((rule: { alert: string }) => rule.alert)).toEqual([
      'GalipGpuDoesNotWake',
      'GalipGpuDoesNotSleep',
      'GalipDemandUnknown',
    ]);
  });

  it('let pods reach DNS, the object store and replicas alone, and be reached by ingress, Prometheus and replicas alone', () => {
    const { spec } = find('NetworkPolicy', 'galip-backend');
    expect(spec.policyTypes).toEqual(['Ingress', 'Egress']);
    const inNamespace = (name: string) => ({
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
    });
    const replicas = { podSelector: spec.podSelector };
    expect(spec.ingress).toEqual([
      {
        from: [inNamespace('ingress'), inNamespace('monitoring'), replicas],
        ports: [{ port: 'http', protocol: 'TCP' }],
      },
    ]);
    const [dns, peers, store, ...others] = spec.egress;
    expect(others).toEqual([]);
    expect(peers).toEqual({ to: [replicas], ports: [{ port: 8788, protocol: 'TCP' }] });
    expect(dns.ports.map(({ port }: { port: number }) => port)).toEqual([53, 53]);
    expect(store.ports).toEqual([{ port: 443, protocol: 'TCP' }]);
    for (const { ipBlock } of store.to) expect(ipBlock.cidr).toMatch(/\/(?:1[3-9]|2\d|3[0-2])$/u);
  });

  it('let each selector find the pods that it means', () => {
    const pods = ['galip-gpu', 'galip-cpu'].map(
      (name) => find('Deployment', name).spec.template.metadata.labels,
    );
    const matching = (labels: Record<string, string>) =>
      pods.filter((pod) => Object.entries(labels).every(([key, value]) => pod[key] === value)).length;
    expect(matching(find('NetworkPolicy', 'galip-backend').spec.podSelector.matchLabels)).toBe(2);
    for (const name of ['galip-gpu', 'galip-cpu']) {
      expect(matching(find('Deployment', name).spec.selector.matchLabels)).toBe(1);
      expect(matching(find('PodDisruptionBudget', name).spec.selector.matchLabels)).toBe(1);
      expect(matching(find('Service', name).spec.selector)).toBe(1);
    }
    const monitored = find('ServiceMonitor', 'galip-backend').spec.selector.matchLabels;
    for (const name of ['galip-gpu', 'galip-cpu']) {
      expect(find('Service', name).metadata.labels).toMatchObject(monitored);
      // Each replica is counted once.
      expect(find('Service', `${name}-peers`).metadata.labels).not.toMatchObject(monitored);
    }
  });

  it.each(['galip-gpu', 'galip-cpu'])('let replicas of %s tell each of them what was withdrawn', (name) => {
    const { spec, metadata } = find('Service', `${name}-peers`);
    expect(spec).toEqual({ ...find('Service', name).spec, clusterIP: 'None' });
    const url = podOf(name).containers[0]?.env?.find((variable) => variable.name === 'PEERS_URL')?.value;
    expect(url).toBe(`http://${metadata.name}.${metadata.namespace}.svc:${spec.ports[0].port}`);
  });

  it('let the edge reach each tier under its own host, over TLS, for what it asks alone', () => {
    const { rules, tls } = find('Ingress', 'galip-backend').spec;
    expect(tls.map(({ hosts }: { hosts: string[] }) => hosts)).toEqual([Object.values(environment.hosts)]);
    for (const tier of TIERS) {
      const { http } = rules.find(({ host }: { host: string }) => host === environment.hosts[tier]);
      const paths = http.paths.map(({ path }: { path: string }) => path);
      expect(paths).toEqual([
        '/v1/generate',
        '/v1/withdraw',
        '/v1/scores',
        '/v1/compose',
        '/v1/models',
        '/health/ready',
      ]);
      for (const { pathType, backend } of http.paths) {
        expect(pathType).toBe('Exact');
        expect(backend.service).toEqual({ name: `galip-${tier}`, port: { name: 'http' } });
      }
    }
  });

  it.each(['galip-gpu', 'galip-cpu'])('give %s the time to warm up, and then watch it', (name) => {
    const { startupProbe, readinessProbe, livenessProbe } = podOf(name).containers[0] ?? {};
    // A GPU that tunes its convolutions for each batch size may take minutes.
    const { periodSeconds = 0, failureThreshold = 0 } = startupProbe ?? {};
    expect(periodSeconds * failureThreshold).toBeGreaterThanOrEqual(300);
    for (const probe of [startupProbe, readinessProbe]) {
      expect(probe?.httpGet).toEqual({ path: '/health/ready', port: 'http' });
    }
    expect(livenessProbe?.httpGet).toEqual({ path: '/health/live', port: 'http' });
  });

  it.each(['galip-gpu', 'galip-cpu'])('spread %s over zones and nodes', (name) => {
    const { topologySpreadConstraints } = podOf(name);
    expect(topologySpreadConstraints?.map(({ topologyKey, maxSkew }) => [topologyKey, maxSkew])).toEqual([
      ['topology.kubernetes.io/zone', 1],
      ['kubernetes.io/hostname', 1],
    ]);
    const labels = find('Deployment', name).spec.template.metadata.labels;
    for (const { labelSelector } of topologySpreadConstraints ?? []) {
      expect(labels).toMatchObject(labelSelector?.matchLabels ?? {});
    }
  });
});
