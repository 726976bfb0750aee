/* A bcryptprimitives.dll for Wine 8, which has none: Rust's standard library asks it for random bytes on every Windows.
   Every real Windows has the library. This one lies in the system folder of the tests' Wine and is never handed out. */
#include <windows.h>

BOOLEAN NTAPI SystemFunction036(PVOID buffer, ULONG bytes);

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE buffer, SIZE_T bytes)
{
    return SystemFunction036(buffer, (ULONG)bytes);
}
