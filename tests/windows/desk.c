/* Looks at a Wine desktop from the inside, for the tests: windows of a Wine desktop are no windows of the X server, so no tool of X
   sees them. Reads one command a line from standard input and answers each with one line of JSON:

     windows      every visible top-level window, front one first
     front NAME   brings the first window whose title holds NAME (UTF-8) forward
     move X Y W H NAME   puts that window there
     mode W H     changes the mode of the display, as the settings of Windows do
     where        where the pointer was moved to last
     dpi          points per inch of the system
     held         the keys that are down, by their virtual codes
*/
#include <windows.h>
#include <stdio.h>
#include <string.h>

static void say_text(const WCHAR *text)
{
    char bytes[2048];
    int count = WideCharToMultiByte(CP_UTF8, 0, text, -1, bytes, sizeof bytes, NULL, NULL);
    putchar('"');
    for (int at = 0; at + 1 < count; at++) {
        unsigned char byte = bytes[at];
        if (byte == '"' || byte == '\\')
            printf("\\%c", byte);
        else if (byte < 32)
            printf("\\u%04x", byte);
        else
            putchar(byte);
    }
    putchar('"');
}

static int told;

static BOOL CALLBACK say_window(HWND window, LPARAM unused)
{
    WCHAR title[512] = L"", kind[256] = L"";
    RECT place, inside;
    POINT corner = {0, 0};
    DWORD process = 0;
    (void)unused;
    if (!IsWindowVisible(window) || IsIconic(window) || !GetWindowRect(window, &place))
        return TRUE;
    GetClientRect(window, &inside);
    ClientToScreen(window, &corner);
    GetWindowTextW(window, title, 512);
    GetClassNameW(window, kind, 256);
    GetWindowThreadProcessId(window, &process);
    printf("%s{\"title\":", told++ ? "," : "");
    say_text(title);
    printf(",\"kind\":");
    say_text(kind);
    printf(",\"pid\":%lu,\"x\":%ld,\"y\":%ld,\"width\":%ld,\"height\":%ld", process, place.left, place.top,
           place.right - place.left, place.bottom - place.top);
    printf(",\"client\":{\"x\":%ld,\"y\":%ld,\"width\":%ld,\"height\":%ld}", corner.x, corner.y, inside.right, inside.bottom);
    printf(",\"topmost\":%s,\"foreground\":%s}",
           GetWindowLongW(window, GWL_EXSTYLE) & WS_EX_TOPMOST ? "true" : "false",
           GetForegroundWindow() == window ? "true" : "false");
    return TRUE;
}

static WCHAR wanted[512];
static HWND found;

static BOOL CALLBACK match(HWND window, LPARAM unused)
{
    WCHAR title[512] = L"";
    (void)unused;
    GetWindowTextW(window, title, 512);
    if (!IsWindowVisible(window) || !wcsstr(title, wanted))
        return TRUE;
    found = window;
    return FALSE;
}

static HWND named(const char *name)
{
    found = NULL;
    MultiByteToWideChar(CP_UTF8, 0, name, -1, wanted, 512);
    EnumWindows(match, 0);
    return found;
}

static void say_done(BOOL done)
{
    printf("{\"done\":%s}", done ? "true" : "false");
}

static void say_held(void)
{
    int count = 0;
    putchar('[');
    for (int key = 1; key < 255; key++)
        if (GetAsyncKeyState(key) & 0x8000)
            printf("%s%d", count++ ? "," : "", key);
    putchar(']');
}

static void change_mode(int width, int height)
{
    DEVMODEW mode = {.dmSize = sizeof mode, .dmFields = DM_PELSWIDTH | DM_PELSHEIGHT};
    mode.dmPelsWidth = width;
    mode.dmPelsHeight = height;
    LONG refused = ChangeDisplaySettingsW(&mode, 0);
    printf("{\"refused\":%ld,\"width\":%d,\"height\":%d}", refused, GetSystemMetrics(SM_CXSCREEN), GetSystemMetrics(SM_CYSCREEN));
}

/* Wine tells where the pointer of the X server is when nothing moved for a tenth of a second, and that one stays where the
   customer's hand left it. So the moves are watched as they come. */
static volatile LONG moved_x = -1, moved_y = -1;

static LRESULT CALLBACK watch(int code, WPARAM message, LPARAM place)
{
    if (code == HC_ACTION && message == WM_MOUSEMOVE) {
        const MSLLHOOKSTRUCT *event = (const MSLLHOOKSTRUCT *)place;
        moved_x = event->pt.x;
        moved_y = event->pt.y;
    }
    return CallNextHookEx(NULL, code, message, place);
}

static DWORD WINAPI watcher(LPVOID ready)
{
    MSG message;
    HHOOK hook = SetWindowsHookExW(WH_MOUSE_LL, watch, GetModuleHandleW(NULL), 0);
    SetEvent(ready);
    while (hook && GetMessageW(&message, NULL, 0, 0) > 0)
        DispatchMessageW(&message);
    return 0;
}

int main(void)
{
    char line[1024];
    int x, y, width, height, name;
    HANDLE ready = CreateEventW(NULL, FALSE, FALSE, NULL);
    /* Places are physical pixels, whatever the scale. */
    SetProcessDpiAwarenessContext(DPI_AWARENESS_CONTEXT_PER_MONITOR_AWARE_V2);
    CloseHandle(CreateThread(NULL, 0, watcher, ready, 0, NULL));
    WaitForSingleObject(ready, 5000);
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\r\n")] = 0;
        if (!strcmp(line, "windows")) {
            told = 0;
            putchar('[');
            EnumWindows(say_window, 0);
            putchar(']');
        } else if (!strncmp(line, "front ", 6)) {
            say_done(named(line + 6) && SetForegroundWindow(found));
        } else if (sscanf(line, "move %d %d %d %d %n", &x, &y, &width, &height, &name) == 4) {
            say_done(named(line + name) && SetWindowPos(found, NULL, x, y, width, height, SWP_NOZORDER | SWP_NOACTIVATE));
        } else if (sscanf(line, "mode %d %d", &width, &height) == 2) {
            change_mode(width, height);
        } else if (!strcmp(line, "dpi")) {
            printf("%u", GetDpiForSystem());
        } else if (!strcmp(line, "held")) {
            say_held();
        } else if (!strcmp(line, "where")) {
            printf("{\"x\":%ld,\"y\":%ld}", moved_x, moved_y);
        } else {
            printf("null");
        }
        putchar('\n');
        fflush(stdout);
    }
    return 0;
}
