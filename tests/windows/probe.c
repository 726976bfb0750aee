/* A window that writes down what reaches it: the far end of tests of the input that is injected on Windows.
 *
 * Usage: probe.exe FILE. Appends one JSON object a line to FILE; the first, "ready", comes once the
 * window has the focus, with the number of the process. Positions are physical pixels of the desktop. "extra" is GetMessageExtraInfo(), the mark that
 * an injecting program put on its events. Closes when it gets WM_CLOSE.
 */
#define WIN32_LEAN_AND_MEAN
#define _WIN32_WINNT 0x0600
#include <stdio.h>
#include <wchar.h>
#include <windows.h>

#ifndef WM_MOUSEHWHEEL
#define WM_MOUSEHWHEEL 0x020E
#endif

static FILE *out;

static void stroke(const char *name, WPARAM wide, LPARAM detail) {
    fprintf(out,
            "{\"message\":\"%s\",\"vk\":%u,\"scan\":%u,\"extended\":%s,\"repeat\":%s,\"extra\":%llu}\n", name,
            (unsigned)wide, (unsigned)(detail >> 16) & 0xff, detail & (1 << 24) ? "true" : "false",
            detail & (1 << 30) ? "true" : "false", (unsigned long long)(ULONG_PTR)GetMessageExtraInfo());
    fflush(out);
}

static void unit(const char *name, WPARAM wide, LPARAM detail) {
    fprintf(out, "{\"message\":\"%s\",\"unit\":%u,\"scan\":%u,\"extra\":%llu}\n", name, (unsigned)wide & 0xffff,
            (unsigned)(detail >> 16) & 0xff, (unsigned long long)(ULONG_PTR)GetMessageExtraInfo());
    fflush(out);
}

static void mouse(const char *name, int button, int delta, POINT at) {
    fprintf(out, "{\"message\":\"%s\",\"button\":%d,\"delta\":%d,\"x\":%ld,\"y\":%ld,\"extra\":%llu}\n", name,
            button, delta, (long)at.x, (long)at.y, (unsigned long long)(ULONG_PTR)GetMessageExtraInfo());
    fflush(out);
}

/* The position of a message that has it in the window's own coordinates. */
static POINT within(HWND window, LPARAM detail) {
    POINT at = {(short)LOWORD(detail), (short)HIWORD(detail)};
    ClientToScreen(window, &at);
    return at;
}

static POINT everywhere(LPARAM detail) {
    POINT at = {(short)LOWORD(detail), (short)HIWORD(detail)};
    return at;
}

static LRESULT CALLBACK take(HWND window, UINT message, WPARAM wide, LPARAM detail) {
    switch (message) {
    case WM_KEYDOWN: stroke("WM_KEYDOWN", wide, detail); return 0;
    case WM_KEYUP: stroke("WM_KEYUP", wide, detail); return 0;
    case WM_SYSKEYDOWN: stroke("WM_SYSKEYDOWN", wide, detail); return 0;
    case WM_SYSKEYUP: stroke("WM_SYSKEYUP", wide, detail); return 0;
    case WM_CHAR: unit("WM_CHAR", wide, detail); return 0;
    case WM_SYSCHAR: unit("WM_SYSCHAR", wide, detail); return 0;
    case WM_IME_CHAR: unit("WM_IME_CHAR", wide, detail); return 0;
    case WM_MOUSEMOVE: mouse("WM_MOUSEMOVE", 0, 0, within(window, detail)); return 0;
    case WM_LBUTTONDOWN: mouse("WM_BUTTONDOWN", 1, 0, within(window, detail)); return 0;
    case WM_LBUTTONUP: mouse("WM_BUTTONUP", 1, 0, within(window, detail)); return 0;
    case WM_RBUTTONDOWN: mouse("WM_BUTTONDOWN", 2, 0, within(window, detail)); return 0;
    case WM_RBUTTONUP: mouse("WM_BUTTONUP", 2, 0, within(window, detail)); return 0;
    case WM_MBUTTONDOWN: mouse("WM_BUTTONDOWN", 3, 0, within(window, detail)); return 0;
    case WM_MBUTTONUP: mouse("WM_BUTTONUP", 3, 0, within(window, detail)); return 0;
    case WM_XBUTTONDOWN: mouse("WM_BUTTONDOWN", 3 + HIWORD(wide), 0, within(window, detail)); return TRUE;
    case WM_XBUTTONUP: mouse("WM_BUTTONUP", 3 + HIWORD(wide), 0, within(window, detail)); return TRUE;
    case WM_MOUSEWHEEL: mouse("WM_MOUSEWHEEL", 0, (short)HIWORD(wide), everywhere(detail)); return 0;
    case WM_MOUSEHWHEEL: mouse("WM_MOUSEHWHEEL", 0, (short)HIWORD(wide), everywhere(detail)); return 0;
    case WM_SETFOCUS:
        fprintf(out, "{\"message\":\"ready\",\"process\":%lu}\n", (unsigned long)GetCurrentProcessId());
        fflush(out);
        return 0;
    case WM_DESTROY: PostQuitMessage(0); return 0;
    default: return DefWindowProcW(window, message, wide, detail);
    }
}

/* Physical pixels on every version that knows of them; a context of -4 is "per monitor, version 2". */
static void see_physical_pixels(void) {
    typedef BOOL(WINAPI * SetContext)(HANDLE);
    HMODULE user = GetModuleHandleW(L"user32.dll");
    SetContext set = (SetContext)(void *)GetProcAddress(user, "SetProcessDpiAwarenessContext");
    if (!set || !set((HANDLE)(LONG_PTR)-4)) SetProcessDPIAware();
}

int WINAPI wWinMain(HINSTANCE self, HINSTANCE none, PWSTR line, int show) {
    (void)none;
    (void)line;
    (void)show;
    if (__argc < 2) return 2;
    out = _wfopen(__wargv[1], L"ab");
    if (!out) return 3;
    see_physical_pixels();

    WNDCLASSEXW kind = {.cbSize = sizeof kind,
                        .lpfnWndProc = take,
                        .hInstance = self,
                        .hCursor = LoadCursorW(NULL, (LPCWSTR)IDC_ARROW),
                        .hbrBackground = (HBRUSH)(COLOR_WINDOW + 1),
                        .lpszClassName = L"probe"};
    if (!RegisterClassExW(&kind)) return 4;
    HWND window = CreateWindowExW(0, L"probe", L"probe", WS_POPUP | WS_VISIBLE, 0, 0, GetSystemMetrics(SM_CXSCREEN),
                                  GetSystemMetrics(SM_CYSCREEN), NULL, NULL, self, NULL);
    if (!window) return 5;
    SetForegroundWindow(window);
    SetFocus(window);
    MSG message;
    while (GetMessageW(&message, NULL, 0, 0) > 0) {
        TranslateMessage(&message);
        DispatchMessageW(&message);
    }
    fclose(out);
    return 0;
}
