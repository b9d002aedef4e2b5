import { describe, expect, it } from 'vitest';
import { pixelsFromImage } from '../../../gpu-backend/pipeline/post-process.ts';
import { goldenEmoji } from '../../fixtures/golden-emoji.ts';
import { readNpy } from '../../fixtures/npy.ts';

describe('pixelsFromImage', () => {
  it('gives PyTorch’s bytes for each golden image', () => {
    const { data: images, shape } = readNpy<Float32Array>(goldenEmoji('image.npy'));
    const golden = readNpy<Uint8Array>(goldenEmoji('image_u8.npy'));
    const [batch, channels, size] = shape as [number, number, number, number];
    const length = channels * size * size;
    const bytes = new Uint8Array(batch * length);
    for (let row = 0; row < batch; row++) {
      bytes.set(pixelsFromImage(images.subarray(row * length, (row + 1) * length), size).data, row * length);
    }
    expect(golden.shape).toEqual([batch, size, size, channels]);
    expect(Buffer.compare(bytes, golden.data)).toBe(0);
  });

  it('clamps what lies outside of −1 … 1 and rounds halves to even', () => {
    const level = (byte: number) => (byte - 127.5) / 127.5;
    const image = Float32Array.of(-1.5, 1.5, level(0.5), -Infinity, Infinity, -1, 0, 1, -1, -1, -1, -1);
    const pixels = [...pixelsFromImage(image, 2).data];
    const plane = (channel: number) => pixels.filter((_, at) => at % 3 === channel);
    expect(plane(0)).toEqual([0, 255, 0, 0]);
    expect(plane(1)).toEqual([255, 0, 128, 255]);
    expect(plane(2)).toEqual([0, 0, 0, 0]);
  });

  it('refuses values that are no numbers, and images of another size', () => {
    expect(() => pixelsFromImage(Float32Array.of(0, 0, Number.NaN), 1)).toThrow(
      'image value 2 is not a number',
    );
    expect(() => pixelsFromImage(new Float32Array(12), 1)).toThrow('image has 12 values, not 3·1²');
  });
});
