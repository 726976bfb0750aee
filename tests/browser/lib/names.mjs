// What stands on the customer's program, by which the tour presses it: as `apps/agent-ui/src/messages.rs` has it.
export const NAMES = {
  ja: {
    allow: '許可',
    decline: '拒否',
    pause: '一時停止',
    resume: '再開',
    withdraw: '操作を取り消す',
    give: '操作を許可する',
    giveFilesIn: 'ファイルを置くことと、フォルダーの変更を許可する',
    giveFilesOut: 'フォルダーを見ることと、ファイルを渡すことを許可する',
    closeShown: '担当者の画面を閉じる',
    chat: 'チャット',
    enlarge: '画像を大きく表示',
  },
  en: {
    allow: 'Allow',
    decline: 'Decline',
    pause: 'Pause',
    resume: 'Resume',
    withdraw: 'Withdraw control',
    give: 'Allow control',
    giveFilesIn: 'Allow putting files here and changing folders',
    giveFilesOut: 'Allow looking into folders and taking files',
    closeShown: 'Close the operator’s screen',
    chat: 'Chat',
    enlarge: 'Show the picture larger',
  },
};
