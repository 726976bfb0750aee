/** A made-up desktop to paint where a customer's screen would be. */
import type { Language } from './views';

const TEXT = {
  ja: [
    'プリンターとスキャナー',
    '営業部 複合機 3F',
    'オフライン',
    'Microsoft Print to PDF',
    '準備完了',
    'デバイスの追加',
    '検索しています…',
  ],
  en: [
    'Printers & scanners',
    'Sales printer 3F',
    'Offline',
    'Microsoft Print to PDF',
    'Ready',
    'Add a device',
    'Searching…',
  ],
};

export function paintDesktop(canvas: OffscreenCanvas, language: Language): void {
  canvas.width = 1280;
  canvas.height = 720;
  const pen = canvas.getContext('2d', { alpha: false });
  if (!pen) return;
  const sky = pen.createLinearGradient(0, 0, 1280, 720);
  sky.addColorStop(0, '#8ab4e4');
  sky.addColorStop(0.5, '#4a78bc');
  sky.addColorStop(1, '#2f4f8c');
  pen.fillStyle = sky;
  pen.fillRect(0, 0, 1280, 720);
  pen.fillStyle = '#e3e8f3';
  pen.fillRect(0, 672, 1280, 48);
  pen.fillStyle = '#fafafa';
  pen.fillRect(200, 80, 870, 540);
  const [title = '', ...rows] = TEXT[language];
  pen.fillStyle = '#1b1e25';
  pen.font = '28px "Noto Sans CJK JP", sans-serif';
  pen.fillText(title, 238, 172);
  pen.font = '18px "Noto Sans CJK JP", sans-serif';
  for (let i = 0; i < 3; i++) {
    const y = 206 + i * 78;
    pen.fillStyle = '#f3f4f6';
    pen.fillRect(238, y, 794, 64);
    pen.fillStyle = '#1b1e25';
    pen.fillText(rows[i * 2] ?? '', 262, y + 39);
    pen.fillStyle = '#59616f';
    pen.fillText(rows[i * 2 + 1] ?? '', 880, y + 39);
  }
}

/** The same, small; every display but the first is empty. */
export function thumbnail(side: number, language: Language, display: number) {
  const [width, height] = [side, Math.round((side * 9) / 16)];
  const large = new OffscreenCanvas(1280, 720);
  if (display === 1) paintDesktop(large, language);
  const small = new OffscreenCanvas(width, height);
  const pen = small.getContext('2d', { alpha: false });
  if (pen) {
    pen.fillStyle = '#4a78bc';
    pen.fillRect(0, 0, width, height);
    pen.drawImage(large, 0, 0, width, height);
  }
  const rgba = pen?.getImageData(0, 0, width, height).data ?? new Uint8ClampedArray(width * height * 4);
  return { width, height, rgba };
}

/** A plain arrow, 12 × 19. */
export function arrow() {
  const [width, height] = [12, 19];
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x <= Math.min(y, width - 1); x++) {
      if (y > 12 && x > 16 - y) continue;
      const edge = x === 0 || x === Math.min(y, width - 1) || y === 12 || (y > 12 && x === 16 - y);
      rgba.set(edge ? [0, 0, 0, 255] : [255, 255, 255, 255], (y * width + x) * 4);
    }
  }
  return { width, height, hotX: 0, hotY: 0, rgba };
}
