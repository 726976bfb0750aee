/** Which functions a command of the console belongs to; what the person may not use is not sent. */
import type { ConsoleCommand } from '@temoto/session';
import type { FunctionName } from '$shell/may';

/** The command as far as it may be sent; null: not at all. */
export function permitted(command: ConsoleCommand, may: (name: FunctionName) => boolean): ConsoleCommand | null {
  if (command.type === 'ask') {
    // Seeing the screen is what a session is for.
    const capabilities = command.capabilities.filter((capability) => capability === 'view' || may(capability));
    return capabilities.length > 0 ? { ...command, capabilities } : null;
  }
  const name = needed(command);
  return name === null || may(name) ? command : null;
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
    default:
      return null;
  }
}
