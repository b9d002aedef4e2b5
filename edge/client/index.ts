// What the package `galip` exports.
export type { Account, UsageQuery } from './account.ts';
export type {
  Balance,
  ImageRequest,
  Images,
  Job,
  Model,
  Quote,
  Receipt,
  UrlSigningSecret,
  Usage,
} from './api-types.ts';
export { createGalip, type Galip, type GalipOptions } from './create-galip.ts';
export * from './errors.ts';
export type { CallOptions } from './http/transport.ts';
export type { IdempotentOptions } from './idempotency.ts';
export type { Images as ImagesClient, Picture, PictureRequest } from './images.ts';
export type { JobRequest, Jobs } from './jobs/jobs.ts';
export type { JobStep } from './jobs/watch-job.ts';
export { createUrlSigner, type SignedPicture, type UrlSigner, type UrlSignerOptions } from './url-signer.ts';
