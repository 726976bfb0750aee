import { expect, test } from 'vitest';
import { Pointer } from './pointer';

const box = { left: 0, top: 0, width: 100, height: 100 };
const picture = { width: 200, height: 200 };

function pointer() {
  const lines: string[] = [];
  const made = new Pointer({
    pointer: (x, y, buttons) => void lines.push(`at ${x},${y} ${buttons}`),
    button: (button, down, x, y) => void lines.push(`${down ? '+' : '-'}${button} ${x},${y}`),
  });
  return { made, lines };
}

test('a press tells the place first and then the button', () => {
  const { made, lines } = pointer();
  made.event({ clientX: 10, clientY: 20, buttons: 1 }, box, picture);
  made.event({ clientX: 10, clientY: 20, buttons: 0 }, box, picture);
  expect(lines).toEqual(['at 20,40 0', '+0 20,40', 'at 20,40 1', '-0 20,40']);
});

test('a second button that is pressed during a drag is not lost', () => {
  const { made, lines } = pointer();
  made.event({ clientX: 1, clientY: 1, buttons: 1 }, box, picture);
  made.event({ clientX: 2, clientY: 1, buttons: 3 }, box, picture);
  made.event({ clientX: 2, clientY: 1, buttons: 4 }, box, picture);
  expect(lines.filter((line) => !line.startsWith('at'))).toEqual(['+0 2,2', '+2 4,2', '-0 4,2', '+1 4,2', '-2 4,2']);
});

test('a drag that leaves the picture stays at its edge', () => {
  const { made, lines } = pointer();
  made.event({ clientX: 500, clientY: -3, buttons: 1 }, box, picture);
  expect(lines).toEqual(['at 199,0 0', '+0 199,0']);
});
