import { describe, expect, test } from 'vitest';
import { Pictures } from './pictures.svelte';

describe('pictures of the chat', () => {
  test('are known by their line: on the way, there, or gone', () => {
    const pictures = new Pictures();
    expect(pictures.get('a')).toBeUndefined();
    pictures.put('a', null);
    expect(pictures.get('a')).toBeNull();
    const png = new Blob(['x']);
    pictures.put('a', png);
    expect(pictures.get('a')).toBe(png);
  });

  test('stay as long as they are among the newest eight, whatever came without one', () => {
    const pictures = new Pictures();
    const png = new Blob(['x']);
    for (let n = 0; n < 8; n += 1) {
      pictures.put(`${n}`, png);
      pictures.put(`gone ${n}`, null);
    }
    expect(pictures.get('0')).toBe(png);
    pictures.put('8', png);
    expect(pictures.get('0')).toBeNull();
    expect(pictures.get('1')).toBe(png);
    // What was kept away once may come again after a reload of the other end.
    pictures.put('0', png);
    expect([pictures.get('0'), pictures.get('1'), pictures.get('2')]).toEqual([png, null, png]);
  });
});
