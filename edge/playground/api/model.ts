/** An entry of `GET /v1/models`: as much of it as the page shows. */
export interface Model {
  readonly id: string;
  /** Edge of the model's own pictures, pixels. */
  readonly native: number;
  readonly licence: string;
  readonly commercialUse: boolean;
  readonly sizes: { readonly min: number; readonly max: number };
}

export interface Models {
  readonly data: readonly Model[];
}
