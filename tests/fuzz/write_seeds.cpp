// SPDX-License-Identifier: GPL-3.0-or-later
// Writes the seeds of every fuzz target to FOLDER/TARGET/NAME.
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>

#include "fuzz/seeds.h"

int main(int argc, char** argv) {
    if (argc != 2) {
        static_cast<void>(std::fputs("usage: lamscope_fuzz_seeds FOLDER\n", stderr));
        return 2;
    }
    try {
        for (const lamscope::test::Seed& seed : lamscope::test::seeds()) {
            const std::filesystem::path folder = std::filesystem::path(argv[1]) / nameOf(seed.reader);
            std::filesystem::create_directories(folder);
            std::ofstream file(folder / seed.name, std::ios::binary);
            file.exceptions(std::ios::failbit | std::ios::badbit);
            file << seed.bytes << std::flush;
        }
    } catch (const std::exception& error) {
        static_cast<void>(std::fprintf(stderr, "the seeds cannot be written: %s\n", error.what()));
        return 1;
    }
    return 0;
}
