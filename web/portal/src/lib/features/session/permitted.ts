/** Which functions a command of the console belongs to; what the person may not use is not sent. */
import type { Capability, ConsoleCommand } from '@temoto/session';
import type { FunctionName } from '$shell/may';
import { PASTE } from '../files/place';

/** The command as far as it may be sent; null: not at all. */
export function permitted(command: ConsoleCommand, may: (name: FunctionName) => boolean): ConsoleCommand | null {
  if (command.type === 'ask') {
    const capabilities = command.capabilities.filter((capability) => {
      const name = functionOf(capability);
      return name === null || may(name);
    });
    return capabilities.length > 0 ? { ...command, capabilities } : null;
  }
  if (command.type === 'sendFiles' && command.root === PASTE && !may('clipboard_in')) return null;
  const name = needed(command);
  return name === null || may(name) ? command : null;
}

/** The function that a capability belongs to; null: seeing the screen, which is what a session is for. */
export function functionOf(capability: Capability): FunctionName | null {
  switch (capability) {
    case 'view':
      return null;
    case 'files_in':
    case 'files_out':
      return 'files';
    case 'control':
    case 'clipboard_in':
    case 'clipboard_out':
      return capability;
  }
}

function needed(command: ConsoleCommand): FunctionName | null {
  switch (command.type) {
    // Letting go is always possible: of control, and of a key or button that is down.
    case 'control':
      return command.active ? 'control' : null;
    case 'key':
    case 'button':
      return command.down ? 'control' : null;
    case 'wheel':
    case 'text':
      return 'control';
    case 'chat':
    case 'sendPicture':
      return 'chat';
    case 'putClipboard':
    case 'putPicture':
      return 'clipboard_in';
    case 'fetchClipboard':
      return 'clipboard_out';
    case 'show':
      return 'show_screen';
    case 'screenshot':
      return 'screenshot';
    // What runs can always be stopped, and forgotten.
    case 'listFolder':
    case 'makeFolder':
    case 'renameFile':
    case 'trashFiles':
    case 'restoreFiles':
    case 'sendFiles':
    case 'fetchFiles':
    case 'answerFile':
      return 'files';
    case 'holdTransfer':
      return command.held ? null : 'files';
    default:
      return null;
  }
}
