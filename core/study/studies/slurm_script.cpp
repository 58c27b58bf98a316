// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/studies/slurm_script.h"

#include <array>
#include <cstdio>
#include <memory>
#include <sys/wait.h>

#include <fmt/format.h>

#include "base/error.h"
#include "base/shell_word.h"

namespace lamscope {

namespace {

std::filesystem::path withoutEnding(const std::filesystem::path& study) {
    auto stem = std::filesystem::absolute(study);
    return stem.replace_extension();
}

/// A value as `sbatch` reads it in a line #SBATCH: in quotes, where a backslash takes the next sign as it is.
std::string slurmWord(const std::string& text) {
    std::string word = "\"";
    for (const char sign : text) {
        word += sign == '"' || sign == '\\' ? std::string{'\\', sign} : std::string(1, sign);
    }
    return word + "\"";
}

/// In names of output files, % begins a number of the job.
std::string withoutJobNumbers(const std::string& text) {
    std::string doubled;
    for (const char sign : text) {
        doubled += sign == '%' ? std::string("%%") : std::string(1, sign);
    }
    return doubled;
}

struct ClosePipe {
    void operator()(FILE* pipe) const { pclose(pipe); }
};

}  // namespace

std::filesystem::path shardFile(const std::filesystem::path& study, const std::string& job, std::size_t machines) {
    return fmt::format("{}.{}-of-{}.sqlite", withoutEnding(study).string(), job, machines);
}

std::string slurmScript(const SlurmArray& array) {
    const auto stem = withoutEnding(array.study);
    auto text = fmt::format(
        "#!/bin/bash\n#SBATCH --job-name={}\n#SBATCH --array=1-{}\n#SBATCH --output={}\n#SBATCH --open-mode=append\n",
        slurmWord(stem.filename().string()), array.machines, slurmWord(withoutJobNumbers(stem.string()) + ".%a.log"));
    for (const auto& option : array.sbatchOptions) {
        text += fmt::format("#SBATCH {}\n", option);
    }
    // Slurm need not bind a job to the processors that it gives: without a number, the program would use all.
    text += "export OMP_NUM_THREADS=\"${SLURM_CPUS_PER_TASK:-${SLURM_CPUS_ON_NODE:-1}}\"\n";
    // Each job writes a file of its own; a job that is started again goes on where it was.
    const auto shard = shardFile(array.study, "", array.machines).string();
    const auto split = shard.size() - fmt::format("-of-{}.sqlite", array.machines).size();
    text +=
        fmt::format("exec {} study run {} --out {}\"$SLURM_ARRAY_TASK_ID\"{} --task \"$SLURM_ARRAY_TASK_ID\" --of {}",
                    shellWord(std::filesystem::absolute(array.program).string()),
                    shellWord(std::filesystem::absolute(array.study).string()), shellWord(shard.substr(0, split)),
                    shellWord(shard.substr(split)), array.machines);
    for (const auto& option : array.runOptions) {
        text += fmt::format(" {}", shellWord(option));
    }
    return text + "\n";
}

std::string submitToSlurm(const std::filesystem::path& script) {
    const auto line = fmt::format("sbatch {} 2>&1", shellWord(script.string()));
    std::unique_ptr<FILE, ClosePipe> pipe(
        popen(line.c_str(), "r"));  // NOLINT(cert-env33-c): sbatch is looked for in PATH
    if (!pipe) {
        throw Error(ErrorCode::BadFile, "sbatch could not be started");
    }
    std::string said;
    std::array<char, 256> block{};
    while (fgets(block.data(), static_cast<int>(block.size()), pipe.get()) != nullptr) {
        said += block.data();
    }
    const int status = pclose(pipe.release());
    while (said.ends_with('\n')) {
        said.pop_back();
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        throw Error(ErrorCode::BadFile,
                    fmt::format("{}: sbatch did not take it: {}; submit it where Slurm is", script.string(), said));
    }
    return said;
}

}  // namespace lamscope
