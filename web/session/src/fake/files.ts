/** A made-up computer to look into, and transfers in all their states. */
import type { ConsoleView, FileEntry, FileRoot, TransferView } from '../messages';
import type { Language } from './views';

const AT = new Date(2026, 10, 24, 9, 30).getTime();
const DAY = 86_400_000;

const NAMES = {
  ja: [
    '請求書',
    '写真',
    '2026年11月 見積書.pdf',
    '会議メモ🗒️.txt',
    '売上一覧.xlsx',
    '説明動画.mp4',
    'とても長い名前のファイル 営業部から経理部へ回覧ずみ 最終版 (3).docx',
  ],
  en: [
    'Invoices',
    'Photos',
    'Quote 2026-11.pdf',
    'Meeting notes 🗒️.txt',
    'Sales.xlsx',
    'How it works.mp4',
    'A very long name of a file that went from sales to accounting, final (3).docx',
  ],
};

export const roots = (): FileRoot[] => [
  { id: 'desktop', kind: 'desktop', name: '', free: 81_400_000_000, size: 255_000_000_000 },
  { id: 'documents', kind: 'documents', name: '', free: 81_400_000_000, size: 255_000_000_000 },
  { id: 'downloads', kind: 'downloads', name: '', free: 81_400_000_000, size: 255_000_000_000 },
  { id: 'c', kind: 'drive', name: 'C:', free: 81_400_000_000, size: 255_000_000_000 },
];

/** The same, after the customer copied something. */
export const copiedRoots = (): FileRoot[] => [
  { id: 'copied-1', kind: 'copied', name: '', free: 0, size: 0 },
  ...roots(),
];

export function listed(language: Language, many: boolean): FileEntry[] {
  if (many)
    return Array.from({ length: 10_000 }, (_, n) => ({
      name: `${language === 'ja' ? '写真' : 'Photo'} ${n + 1}.jpg`,
      kind: 'file',
      size: 800_000 + n * 137,
      modifiedMs: AT - n * 60_000,
    }));
  const entries = NAMES[language].map((name, n): FileEntry => ({
    name,
    kind: n < 2 ? 'folder' : 'file',
    size: n < 2 ? 0 : ([0, 0, 482_113, 1_204, 88_410, 734_003_200, 51_200][n] ?? 0),
    modifiedMs: AT - n * 3 * DAY,
  }));
  // A name that pretends to end in another way, and a link.
  return [
    ...entries,
    { name: 'photo\u202egpj.exe', kind: 'file', size: 77_312, modifiedMs: AT },
    { name: 'server', kind: 'link', size: 0, modifiedMs: AT },
  ];
}

const transfer = (number: number, change: Partial<TransferView>): TransferView => ({
  transfer: number,
  way: 'send',
  state: 'running',
  fault: null,
  byCustomer: false,
  name: 'driver.zip',
  items: 1,
  itemsOver: 0,
  bytes: 0,
  bytesDone: 0,
  current: null,
  bytesPerSecond: 0,
  secondsLeft: null,
  question: null,
  problems: [],
  problemCount: 0,
  ...change,
});

export function transfers(language: Language): TransferView[] {
  const [invoices = '', photos = '', quote = '', , , film = ''] = NAMES[language];
  return [
    transfer(1, { state: 'done', bytes: 12_400_000, bytesDone: 12_400_000, itemsOver: 1 }),
    transfer(2, {
      name: photos,
      state: 'running',
      items: 128,
      itemsOver: 41,
      bytes: 412_000_000,
      bytesDone: 133_000_000,
      current: { path: [photos, 'IMG_0042.jpg'], bytes: 3_800_000, bytesDone: 2_100_000 },
      bytesPerSecond: 3_200_000,
      secondsLeft: 87,
    }),
    transfer(3, { way: 'fetch', name: film, state: 'held', bytes: 734_003_200, bytesDone: 201_000_000 }),
    transfer(4, { way: 'fetch', name: quote, state: 'waiting', bytes: 482_113 }),
    transfer(5, {
      name: invoices,
      state: 'interrupted',
      items: 9,
      itemsOver: 3,
      bytes: 5_400_000,
      bytesDone: 1_900_000,
    }),
  ];
}

export function troubled(language: Language): TransferView[] {
  const [invoices = '', photos = '', quote = '', notes = ''] = NAMES[language];
  return [
    transfer(1, { state: 'failed', fault: 'full', bytes: 5_368_709_120, bytesDone: 1_200_000_000 }),
    transfer(2, {
      name: invoices,
      state: 'done',
      items: 60,
      itemsOver: 60,
      bytes: 9_000_000,
      bytesDone: 8_100_000,
      problems: [
        { path: [invoices, quote], fault: 'in_use' },
        { path: [invoices, notes], fault: 'denied' },
      ],
      problemCount: 24,
    }),
    transfer(3, {
      way: 'fetch',
      name: photos,
      state: 'canceled',
      items: 128,
      itemsOver: 12,
      bytes: 412_000_000,
      bytesDone: 31_000_000,
    }),
    transfer(4, { name: quote, state: 'canceled', byCustomer: true, bytes: 9_000_000, bytesDone: 2_400_000 }),
  ];
}

export function asked(language: Language): TransferView[] {
  const [, photos = ''] = NAMES[language];
  const path = [photos, language === 'ja' ? '海.jpg' : 'Sea.jpg'];
  const question = { path, size: 812_000, modifiedMs: AT, thereSize: 790_412, thereModifiedMs: AT - 40 * DAY };
  return [
    transfer(1, {
      name: photos,
      state: 'asking',
      items: 12,
      itemsOver: 3,
      bytes: 9_000_000,
      bytesDone: 2_000_000,
      question,
    }),
  ];
}

export const filesView = (transfers: TransferView[] = [], begin = roots()): ConsoleView['files'] => ({
  roots: begin,
  transfers,
});
