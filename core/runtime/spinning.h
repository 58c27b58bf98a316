// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace lamscope {

/// Limits how long threads spin while they wait for each other in LibTorch (GNU OpenMP). By default they spin so long
/// that, on a machine shared with other programs, they use up the turn of the thread that they wait for. GNU OpenMP
/// reads GOMP_SPINCOUNT when it is initialised, before main(). This function therefore starts the program again with
/// the same arguments and GOMP_SPINCOUNT=1000, unless the user has set GOMP_SPINCOUNT or OMP_WAIT_POLICY.
///
/// Programs link lamscope_start, which calls this function before any library is initialised. The second start then
/// costs next to nothing; called in main(), the function would double the time to start. The function returns when
/// there is nothing to do, and when the program cannot be started again (no /proc, under valgrind, through the dynamic
/// loader); threads then spin for their default time.
/// @param arguments, environment  main()'s, each ending in a null pointer.
void limitSpinning(char* const* arguments, char* const* environment);

}  // namespace lamscope
