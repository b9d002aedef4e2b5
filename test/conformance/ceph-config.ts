export interface CephConfigOptions {
  /** Everything that the cluster writes lies here. */
  readonly dir: string;
  readonly fsid: string;
  readonly monitorPorts: { readonly v2: number; readonly v1: number };
  readonly gatewayPort: number;
}

/** Monitor addresses in Ceph's notation. */
export function monitorAddress({ monitorPorts }: CephConfigOptions): string {
  return `[v2:127.0.0.1:${monitorPorts.v2},v1:127.0.0.1:${monitorPorts.v1}]`;
}

/**
 * `ceph.conf` of the smallest cluster there is: one monitor, one OSD, one gateway, one copy of everything.
 * @see https://docs.ceph.com/en/pacific/rados/configuration/ceph-conf/
 */
export function cephConfig(options: CephConfigOptions): string {
  const { dir, fsid, gatewayPort } = options;
  return `[global]
fsid = ${fsid}
mon initial members = a
mon host = ${monitorAddress(options)}
public addr = 127.0.0.1
ms bind ipv6 = false
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
keyring = ${dir}/keyring
run dir = ${dir}
admin socket = ${dir}/$name.asok
log file = ${dir}/$name.log
pid file = ${dir}/$name.pid
mon data = ${dir}/mon
osd data = ${dir}/osd
rgw data = ${dir}/rgw
# A single disk: without these, pools wait for replicas that never come.
osd pool default size = 1
osd pool default min size = 1
mon allow pool size one = true
osd crush chooseleaf type = 0
# The gateway makes many pools; each placement group costs memory and start-up time.
osd pool default pg num = 4
osd pool default pgp num = 4
osd pool default pg autoscale mode = off
mon max pg per osd = 1000
osd objectstore = bluestore
bluestore block size = 1073741824
bluestore cache size = 67108864
osd memory target = 939524096
[osd.0]
keyring = ${dir}/osd/keyring
[client.rgw.a]
keyring = ${dir}/rgw/keyring
rgw frontends = beast endpoint=127.0.0.1:${gatewayPort}
rgw dns name = 127.0.0.1
`;
}
