/** JSON, as far as settings need it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export const SETTING_NAMES = ['encryption', 'lifecycle', 'cors', 'public-access', 'policy'] as const;
export type SettingName = (typeof SETTING_NAMES)[number];

/** One part of a bucket's configuration: what it should be, and how to read and write it. */
export interface Setting {
  readonly name: SettingName;
  /** In the form in which `read` gives what is there, so that equal settings are equal values. */
  readonly wanted: Json;
  /** Null where nothing is set. */
  read(): Promise<Json>;
  /** Makes it what is wanted. */
  write(): Promise<void>;
}
