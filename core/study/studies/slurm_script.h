// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace lamscope {

/// A study as an array of jobs of Slurm.
struct SlurmArray {
    std::filesystem::path study;               ///< its description
    std::size_t machines = 1;                  ///< jobs of the array
    std::vector<std::string> sbatchOptions{};  ///< e.g. "--partition=gpu", a line #SBATCH each
    std::vector<std::string> runOptions{};     ///< more arguments of `study run`, e.g. "--device", "cuda"
    std::filesystem::path program{};           ///< lamscope-cli
};

/// The file into which a job of the array writes, 1…machines: STUDY.JOB-of-MACHINES.sqlite beside the description.
[[nodiscard]] std::filesystem::path shardFile(const std::filesystem::path& study, const std::string& job,
                                              std::size_t machines);

/// The text of the script that `sbatch` takes. Paths in it are absolute. A job computes with as many threads as Slurm
/// gives it processors (--cpus-per-task). What it says is added to STUDY.JOB.log beside the description.
[[nodiscard]] std::string slurmScript(const SlurmArray& array);

/// Gives a script to `sbatch`. @return what that said, e.g. "Submitted batch job 17". Throws Error(BadFile) where
/// sbatch is missing or refuses the script, with its words.
[[nodiscard]] std::string submitToSlurm(const std::filesystem::path& script);

}  // namespace lamscope
