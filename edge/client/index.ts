// What the package `galip` exports.
export type {
  SignableFile,
  SignedAxis,
  SignedGrid,
  SignedMorph,
  SignedPicture,
} from '../../gpu-backend/contract/signable-file.ts';
export type { Account, UsageQuery } from './account.ts';
export type { Admin, Keys, Tenants } from './admin.ts';
export type {
  ApiKey,
  ApiKeyChange,
  ApiKeyReroll,
  Balance,
  Composition,
  CompositionQuote,
  CreditGrant,
  ImageRequest,
  Images,
  IssuedApiKey,
  Job,
  Model,
  NewApiKey,
  NewTenant,
  NewWebhookEndpoint,
  Quote,
  Receipt,
  Tenant,
  TenantChange,
  UrlSigningSecret,
  Usage,
  WebhookDelivery,
  WebhookEndpoint,
  WebhookEndpointChange,
  WebhookEndpointWithSecret,
  WebhookSecretRotation,
} from './api-types.ts';
export type { CompositionStep, Compositions, Grid, Interpolation, LandedPicture } from './compositions.ts';
export { createGalip, type Galip, type GalipOptions } from './create-galip.ts';
export * from './errors.ts';
export type { IdempotentOptions } from './http/json-calls.ts';
export type { CallOptions } from './http/transport.ts';
export type { Images as ImagesClient, Picture, PictureRequest } from './images.ts';
export type { JobRequest, Jobs } from './jobs/jobs.ts';
export type { JobStep } from './jobs/watch-job.ts';
export type { Live, LiveOptions, LiveRequest } from './live/live.ts';
export type { LivePicture, WebSocketLike } from './live/live-socket.ts';
export { createUrlSigner, type UrlSigner, type UrlSignerOptions } from './url-signer.ts';
export type { Webhooks } from './webhooks.ts';
