import type { DType } from '../checkpoint.ts';

/** What a global stands for when it is applied; nothing else can be applied. */
export type GlobalMeaning =
  | { readonly is: 'storage'; readonly dtype: DType | undefined }
  | { readonly is: 'dtype'; readonly dtype: DType }
  | {
      readonly is: 'ordered-dict' | 'tensor-v1' | 'tensor-v2' | 'tensor-v3' | 'parameter' | 'size' | 'device';
    }
  | { readonly is: 'script-list' | 'script-tagged' | 'script-class' };

const STORAGES: readonly (readonly [string, DType])[] = [
  ['DoubleStorage', 'float64'],
  ['FloatStorage', 'float32'],
  ['HalfStorage', 'float16'],
  ['BFloat16Storage', 'bfloat16'],
  ['LongStorage', 'int64'],
  ['IntStorage', 'int32'],
  ['ShortStorage', 'int16'],
  ['CharStorage', 'int8'],
  ['ByteStorage', 'uint8'],
  ['BoolStorage', 'bool'],
];

const DTYPES: readonly DType[] = [
  'float64',
  'float32',
  'float16',
  'bfloat16',
  'int64',
  'int32',
  'int16',
  'int8',
  'uint8',
  'bool',
];

/** The closed table, `module name` → meaning, of what `torch.save` writes for dictionaries of tensors. */
const TORCH_GLOBALS: ReadonlyMap<string, GlobalMeaning> = new Map<string, GlobalMeaning>([
  ...STORAGES.map(([name, dtype]) => [`torch ${name}`, { is: 'storage', dtype }] as const),
  ...DTYPES.map((dtype) => [`torch ${dtype}`, { is: 'dtype', dtype }] as const),
  ['torch.storage UntypedStorage', { is: 'storage', dtype: undefined }],
  ['collections OrderedDict', { is: 'ordered-dict' }],
  ['torch._utils _rebuild_tensor', { is: 'tensor-v1' }],
  ['torch._utils _rebuild_tensor_v2', { is: 'tensor-v2' }],
  ['torch._utils _rebuild_tensor_v3', { is: 'tensor-v3' }],
  ['torch._utils _rebuild_parameter', { is: 'parameter' }],
  ['torch Size', { is: 'size' }],
  ['torch device', { is: 'device' }],
]);

/** What TorchScript archives add; module classes are besides these all that lie under `__torch__`. */
const SCRIPT_GLOBALS: ReadonlyMap<string, GlobalMeaning> = new Map<string, GlobalMeaning>([
  ['torch.jit._pickle build_intlist', { is: 'script-list' }],
  ['torch.jit._pickle build_doublelist', { is: 'script-list' }],
  ['torch.jit._pickle build_boollist', { is: 'script-list' }],
  ['torch.jit._pickle build_tensorlist', { is: 'script-list' }],
  ['torch.jit._pickle restore_type_tag', { is: 'script-tagged' }],
]);

/** Looks a global up by its exact two names; `undefined` means refused. */
export type ResolveGlobal = (module: string, name: string) => GlobalMeaning | undefined;

export const resolveTorchGlobal: ResolveGlobal = (module, name) => TORCH_GLOBALS.get(`${module} ${name}`);

export const resolveScriptGlobal: ResolveGlobal = (module, name) => {
  const isClass = /^__torch__(\.\w+)*$/.test(module) && /^\w+$/.test(name);
  if (isClass) return { is: 'script-class' };
  return SCRIPT_GLOBALS.get(`${module} ${name}`) ?? resolveTorchGlobal(module, name);
};
