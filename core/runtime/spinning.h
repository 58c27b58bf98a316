// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace lamscope {

/// Threads that wait for each other in LibTorch (GNU OpenMP) spin first: by default so long that on a machine that
/// others use too they spin away the turn of the thread they wait for. The library reads GOMP_SPINCOUNT when it is
/// initialised, before main(); so this starts the program again, with the same arguments and that variable set to 1000,
/// unless the user has set it or OMP_WAIT_POLICY.
///
/// Programs get it by linking lamscope_start, which calls it before any library is initialised: that costs next
/// to nothing, while in main() it would double the time to start. It returns where nothing is to be done, and where the
/// program cannot be started again (no /proc, under valgrind, through the dynamic loader): threads then spin as they
/// always did.
/// @param arguments, environment  main()'s, each ending in a null pointer.
void limitSpinning(char* const* arguments, char* const* environment);

}  // namespace lamscope
