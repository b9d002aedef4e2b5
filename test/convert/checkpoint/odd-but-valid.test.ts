import { describe, expect, it } from 'vitest';
import { SIX_FLOATS, torchZip } from '../../fixtures/checkpoints/hostile/hostile-file.ts';
import { type LegacyStorage, legacy } from '../../fixtures/checkpoints/legacy-writer.ts';
import {
  binget,
  binput,
  frame,
  global,
  long1,
  op,
  pickle,
  pickleOf,
  shortText,
  text,
} from '../../fixtures/checkpoints/pickle-assembler.ts';
import { safetensors } from '../../fixtures/checkpoints/safetensors-writer.ts';
import {
  call,
  dict,
  encode,
  stateDict,
  storage,
  tensor,
  tuple,
} from '../../fixtures/checkpoints/torch-values.ts';
import { crcOf } from '../../fixtures/checkpoints/zip-records.ts';
import { scriptFiles, torchFiles, zip } from '../../fixtures/checkpoints/zip-writer.ts';
import { floatsOf, withCheckpoint } from './open-file.ts';

const six = (more: object = {}) => tensor({ elements: 6, shape: [2, 3], ...more });
const OBJECT = pickle(stateDict([['w', six()]]));
const FILES = torchFiles(OBJECT, [SIX_FLOATS]);
const LEGACY: LegacyStorage = { key: '94', elements: 6n, data: SIX_FLOATS };

function descriptor(data: Buffer, wide: boolean, signed: boolean): Buffer {
  const body = Buffer.alloc(wide ? 20 : 12);
  body.writeUInt32LE(crcOf(data), 0);
  if (wide) {
    body.writeBigUInt64LE(BigInt(data.length), 4);
    body.writeBigUInt64LE(BigInt(data.length), 12);
  } else {
    body.writeUInt32LE(data.length, 4);
    body.writeUInt32LE(data.length, 8);
  }
  return signed ? Buffer.concat([Buffer.from('PK\x07\x08', 'latin1'), body]) : body;
}

const described = (wide: boolean, signed: boolean) =>
  zip(
    FILES.map((file) => ({
      ...file,
      flags: 0x0808,
      localSizeBytes: 0,
      localCrc32: 0,
      after: descriptor(file.data, wide, signed),
    })),
  );

const scriptObject = (name: string, state: Buffer) =>
  Buffer.concat([
    global('__torch__.torch.nn.___torch_mangle_7', name),
    tuple(),
    op('NEWOBJ'),
    state,
    op('BUILD'),
  ]);

const VALID: readonly (readonly [string, Buffer, name?: string, expected?: readonly number[]])[] = [
  ['data descriptors of 16 bytes', described(false, true)],
  ['data descriptors of 12 bytes', described(false, false)],
  ['data descriptors of 24 bytes', described(true, true)],
  ['data descriptors of 20 bytes', described(true, false)],
  ['zip64 end records', zip(FILES, { zip64: true })],
  [
    'zip64 fields in every entry',
    zip(
      FILES.map((file) => ({ ...file, zip64: true })),
      { zip64: true },
    ),
  ],
  [
    'padding in the extra data',
    zip(FILES.map((file) => ({ ...file, localExtra: Buffer.from('FB\x04\x00ZZZZ') }))),
  ],
  ['entries of folders', zip([...FILES, { name: 'archive/data/', data: Buffer.alloc(0) }])],
  ['storages before the object', zip(FILES.toReversed())],
  ['an archive name that is not ASCII', zip(torchFiles(OBJECT, [SIX_FLOATS], '模型'))],
  [
    'byteorder, .format_version and .data/serialization_id',
    zip([
      ...FILES,
      { name: 'archive/byteorder', data: Buffer.from('little') },
      { name: 'archive/.format_version', data: Buffer.from('1') },
      { name: 'archive/.data/serialization_id', data: Buffer.from('0'.repeat(40)) },
    ]),
  ],
  ['a storage that no tensor has', zip([...FILES, { name: 'archive/data/9', data: SIX_FLOATS }])],
  ['a storage on cuda:3', torchZip(pickle(dict([['w', six({ location: 'cuda:3' })]])))],
  ['keys as Python 2 wrote them', torchZip(pickle(dict([[Buffer.from('U\x01w', 'latin1'), six()]])))],
  [
    'an OrderedDict of pairs, as Python 2 wrote it',
    torchZip(pickle(call('collections', 'OrderedDict', [['w', six()]]))),
  ],
  [
    'protocol 4 with frames, memo and short strings',
    torchZip(
      pickleOf(
        4,
        frame(1n),
        op('EMPTY_DICT'),
        op('MEMOIZE'),
        shortText('w'),
        op('MEMOIZE'),
        six(),
        op('SETITEM'),
      ),
    ),
  ],
  [
    'a Parameter around the tensor',
    torchZip(
      pickle(
        dict([
          ['w', call('torch._utils', '_rebuild_parameter', six(), true, call('collections', 'OrderedDict'))],
        ]),
      ),
    ),
  ],
  [
    'the oldest rebuild function, of four arguments',
    torchZip(
      pickle(
        dict([
          ['w', call('torch._utils', '_rebuild_tensor', storage({ elements: 6 }), 0, tuple(6), tuple(1))],
        ]),
      ),
    ),
  ],
  [
    'an untyped storage whose tensor has the dtype',
    torchZip(
      pickle(
        dict([
          [
            'w',
            call(
              'torch._utils',
              '_rebuild_tensor_v3',
              Buffer.concat([
                tuple('storage', global('torch.storage', 'UntypedStorage'), '0', 'cpu', 24),
                op('BINPERSID'),
              ]),
              0,
              tuple(6),
              tuple(1),
              false,
              null,
              global('torch', 'float32'),
            ),
          ],
        ]),
      ),
    ),
  ],
  [
    'values of every harmless kind beside it',
    torchZip(
      pickle(
        dict([
          ['w', six()],
          ['none', null],
          ['float', 0.5],
          ['large', long1(2n ** 70n, 16)],
          ['size', call('torch', 'Size', tuple(1, 2))],
          ['device', call('torch', 'device', 'cuda', 0)],
          ['dtype', global('torch', 'bfloat16')],
          ['list', [1, [2, tuple(3, 'x')], new Map([[0, 'zero']])]],
        ]),
      ),
    ),
  ],
  [
    'keys from prototypes',
    torchZip(
      pickle(
        dict([
          ['__proto__', six()],
          ['constructor', six()],
        ]),
      ),
    ),
    'constructor',
  ],
  ['__proto__ as a key', torchZip(pickle(dict([['__proto__', six()]]))), '__proto__'],
  [
    'one tensor under two names',
    torchZip(
      pickle(
        dict([
          ['w', Buffer.concat([six(), binput(5)])],
          ['again', binget(5)],
        ]),
      ),
    ),
    'again',
  ],
  [
    'a view from the middle of a storage',
    torchZip(pickle(dict([['w', six({ offset: 2, shape: [3] })]]))),
    'w',
    [3, 4, 5],
  ],
  [
    'a transposed view',
    torchZip(pickle(dict([['w', six({ shape: [3, 2], strides: [1, 3] })]]))),
    'w',
    [1, 4, 2, 5, 3, 6],
  ],
  [
    'a repeated view',
    torchZip(pickle(dict([['w', six({ shape: [2, 2], strides: [0, 1] })]]))),
    'w',
    [1, 2, 1, 2],
  ],
  ['a scalar', torchZip(pickle(dict([['w', six({ offset: 5, shape: [] })]]))), 'w', [6]],
  ['an empty tensor at the end', torchZip(pickle(dict([['w', six({ offset: 6, shape: [0, 3] })]]))), 'w', []],
  [
    'odd strides on axes of size 1',
    torchZip(pickle(dict([['w', six({ shape: [1, 6, 1], strides: [99, 1, 7] })]]))),
  ],
  ['a tensor and nothing else', torchZip(pickle(six())), ''],
  ['a list of tensors', torchZip(pickle(encode([six(), six()]))), '1'],
  ['legacy', legacy(pickle(stateDict([['w', six({ key: '94', more: [null] })]])), [LEGACY])],
  [
    'legacy: a view of a storage',
    legacy(pickle(dict([['w', tensor({ key: '94', elements: 6, shape: [2], more: [tuple('95', 3, 3)] })]])), [
      LEGACY,
    ]),
    'w',
    [4, 5],
  ],
  [
    'TorchScript: attributes joined by dots, list and tag',
    zip(
      scriptFiles(
        pickle(
          scriptObject(
            'Net',
            dict([
              ['training', false],
              ['sizes', call('torch.jit._pickle', 'build_intlist', [1, 2])],
              ['table', call('torch.jit._pickle', 'restore_type_tag', new Map([['q', 1]]), 'Dict[str, int]')],
              ['visual', scriptObject('Visual', dict([['conv', six()]]))],
            ]),
          ),
        ),
        [SIX_FLOATS],
      ),
    ),
    'visual.conv',
  ],
  ['safetensors', safetensors({ w: { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] } }, SIX_FLOATS)],
  [
    'safetensors: metadata, spaces, escapes and fields in any order',
    safetensors(
      '{ "__metadata__" : {"format":"pt"}, "\\u0077":{"data_offsets":[0, 24],"shape":[6],"dtype":"F32"} }   ',
      SIX_FLOATS,
    ),
  ],
  [
    'safetensors: names from prototypes and empty tensors',
    safetensors(
      '{"__proto__":{"dtype":"F32","shape":[6],"data_offsets":[0,24]},"constructor":{"dtype":"I64","shape":[0],"data_offsets":[24,24]}}',
      SIX_FLOATS,
    ),
    '__proto__',
  ],
  [
    'safetensors: tensors in another order than their bytes',
    safetensors(
      {
        b: { dtype: 'F32', shape: [2], data_offsets: [16, 24] },
        a: { dtype: 'F32', shape: [4], data_offsets: [0, 16] },
      },
      SIX_FLOATS,
    ),
    'b',
    [5, 6],
  ],
];

describe('odd, but what a writer may write', () => {
  for (const [name, content, tensorName = 'w', expected = [1, 2, 3, 4, 5, 6]] of VALID) {
    it(name, () => {
      expect(withCheckpoint(content, (checkpoint) => floatsOf(checkpoint, tensorName))).toEqual(expected);
    });
  }

  it('gives a fresh copy at each read', () => {
    withCheckpoint(torchZip(OBJECT), ({ tensors }) => {
      tensors.get('w')?.read().fill(0);
      expect(floatsOf({ file: '', tensors, close: () => undefined }, 'w')).toEqual([1, 2, 3, 4, 5, 6]);
    });
  });

  it('leaves values out that hold no tensor', () => {
    const content = torchZip(
      pickle(
        dict([
          ['epoch', 3],
          ['name', text('x')],
          ['w', six()],
        ]),
      ),
    );
    expect(withCheckpoint(content, ({ tensors }) => [...tensors.keys()])).toEqual(['w']);
  });
});
