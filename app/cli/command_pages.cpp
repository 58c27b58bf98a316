// SPDX-License-Identifier: GPL-3.0-or-later
#include "command_pages.h"

#include <algorithm>
#include <cctype>
#include <functional>
#include <sstream>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/version.h"

namespace lamscope::cli {

namespace {

/// Options with a flag, as --help lists them.
std::vector<const CLI::Option*> flagsOf(const CLI::App& app) {
    return app.get_options(
        [](const CLI::Option* option) { return !option->get_group().empty() && option->nonpositional(); });
}

std::vector<const CLI::App*> commandsOf(const CLI::App& app) {
    return app.get_subcommands([](const CLI::App* command) { return !command->get_group().empty(); });
}

/// "-m", "--model".
std::vector<std::string> spellings(const CLI::Option& option) {
    std::vector<std::string> names;
    for (const auto& name : option.get_snames()) {
        names.push_back("-" + name);
    }
    for (const auto& name : option.get_lnames()) {
        names.push_back("--" + name);
    }
    return names;
}

bool takesValue(const CLI::Option& option) {
    return option.get_items_expected_max() > 0;
}

/// The words of which a value is one: {a,b} in what --help calls the value. Empty where it is anything.
std::vector<std::string> choicesOf(const CLI::Option& option) {
    const auto type = option.get_type_name();
    const auto open = type.find('{');
    const auto close = type.find('}');
    if (open == std::string::npos || close == std::string::npos) {
        return {};
    }
    std::istringstream words(type.substr(open + 1, close - open - 1));
    std::vector<std::string> choices;
    for (std::string word; std::getline(words, word, ',');) {
        choices.push_back(word);
    }
    return choices;
}

bool isNumber(const CLI::Option& option) {
    const auto type = option.get_type_name();
    return type.starts_with("INT") || type.starts_with("FLOAT") || type.starts_with("UINT");
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
        text.replace(at, what.size(), by);
    }
    return text;
}

/// Text for troff, in which \ and a . or ' at the beginning of a line mean something.
std::string troff(const std::string& text) {
    std::istringstream lines(replaced(replaced(text, "\\", "\\e"), "-", "\\-"));
    std::string page;
    for (std::string line; std::getline(lines, line);) {
        const bool special = line.starts_with('.') || line.starts_with('\'');
        page += (page.empty() ? "" : "\n") + std::string(special ? "\\&" : "") + line;
    }
    return page;
}

std::string upperCase(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](unsigned char letter) { return static_cast<char>(std::toupper(letter)); });
    return text;
}

/// "-m, --model M" in bold and italic.
std::string manHeading(const CLI::Option& option) {
    std::vector<std::string> names;
    for (const auto& name : spellings(option)) {
        names.push_back("\\fB" + troff(name) + "\\fR");
    }
    auto heading = fmt::format("{}", fmt::join(names, ", "));
    if (takesValue(option)) {
        auto type = option.get_type_name();
        if (const auto choices = choicesOf(option); !choices.empty()) {
            type = fmt::format("{}", fmt::join(choices, "|"));
        } else if (isNumber(option)) {
            type = type.substr(0, type.find(':'));
        }
        heading += fmt::format(" \\fI{}\\fR", troff(type));
        if (option.get_expected_max() > 1) {
            heading += " ...";
        }
    }
    return heading;
}

std::string manOptions(const CLI::App& app) {
    std::string page;
    for (const auto* option : app.get_options()) {
        if (option->get_group().empty()) {
            continue;
        }
        page += ".TP\n";
        page += option->nonpositional() ? manHeading(*option) : fmt::format("\\fI{}\\fR", troff(option->get_name()));
        page += "\n" + troff(option->get_description());
        if (option->get_required()) {
            page += "\nRequired.";
        }
        if (!option->get_default_str().empty()) {
            page += "\nDefault: " + troff(option->get_default_str()) + ".";
        }
        page += "\n";
    }
    return page;
}

/// Examples and remarks below the options, as they stand.
std::string manFooter(const CLI::App& app) {
    return app.get_footer().empty() ? "" : ".PP\n.nf\n" + troff(app.get_footer()) + "\n.fi\n";
}

std::string manCommands(const CLI::App& app, const std::string& before) {
    std::string page;
    for (const auto* command : commandsOf(app)) {
        const auto name = before + command->get_name();
        page += ".SS " + troff(name) + "\n" + troff(command->get_description()) + "\n" + manOptions(*command)
                + manFooter(*command) + manCommands(*command, name + " ");
    }
    return page;
}

/// Calls `visit` for the program and each command in it with its names from the program on: {}, {"study", "run"}.
void forEachCommand(const CLI::App& app, const std::vector<std::string>& path,
                    const std::function<void(const CLI::App&, const std::vector<std::string>&)>& visit) {
    visit(app, path);
    for (const auto* command : commandsOf(app)) {
        auto deeper = path;
        deeper.push_back(command->get_name());
        forEachCommand(*command, deeper, visit);
    }
}

/// A name for a shell function.
std::string functionName(const CLI::App& app, const std::vector<std::string>& path) {
    return replaced(fmt::format("_{}{}{}", app.get_name(), path.empty() ? "" : "_", fmt::join(path, "_")), "-", "_");
}

/// One specification of zsh's _arguments for each spelling of an option.
std::string zshOption(const CLI::Option& option) {
    auto help = option.get_description();
    for (const auto* special : {"\\", "[", "]", ":"}) {
        help = replaced(help, special, std::string("\\") + special);
    }
    std::string value;
    if (takesValue(option)) {
        const auto choices = choicesOf(option);
        value = ":value:"
                + (choices.empty() ? isNumber(option) ? "" : "_files" : fmt::format("({})", fmt::join(choices, " ")));
    }
    std::string lines;
    for (const auto& name : spellings(option)) {
        lines += fmt::format(" \\\n    '*{}[{}]{}'", name, replaced(help, "'", "'\\''"), value);
    }
    return lines;
}

}  // namespace

std::string manPage(const CLI::App& app) {
    const auto name = app.get_name();
    const auto description = app.get_description();
    auto page = fmt::format(
        ".\\\" made of the program's options by {0} --documentation man\n"
        ".TH {1} 1 \"\" \"Lamscope {2}\"\n.SH NAME\n{3} \\- {4}\n.SH SYNOPSIS\n.B {3}\n",
        name, troff(upperCase(name)), version(), troff(name), troff(description.substr(0, description.find('\n'))));
    page += commandsOf(app).empty() ? "[options]" : "[options] \\fIcommand\\fR [options of the command]";
    for (const auto* option :
         app.get_options([](const CLI::Option* candidate) { return candidate->get_positional(); })) {
        page += fmt::format(" [\\fI{}\\fR]", troff(option->get_name()));
    }
    page += "\n.SH DESCRIPTION\n" + troff(description) + "\n.SH OPTIONS\n" + manOptions(app) + manFooter(app);
    if (const auto commands = manCommands(app, ""); !commands.empty()) {
        page += ".SH COMMANDS\n" + commands;
    }
    return page;
}

std::string bashCompletion(const CLI::App& app) {
    std::string cases;
    forEachCommand(app, {}, [&](const CLI::App& command, const std::vector<std::string>& path) {
        std::vector<std::string> words;
        std::string values;
        for (const auto* sub : commandsOf(command)) {
            words.push_back(sub->get_name());
        }
        for (const auto* option : flagsOf(command)) {
            const auto names = spellings(*option);
            words.insert(words.end(), names.begin(), names.end());
            if (const auto choices = choicesOf(*option); !choices.empty() || isNumber(*option)) {
                values += fmt::format("                {}) values=\"{}\"; anything= ;;\n", fmt::join(names, " | "),
                                      fmt::join(choices, " "));
            } else if (takesValue(*option)) {
                values += fmt::format("                {}) values=; anything=1 ;;\n", fmt::join(names, " | "));
            }
        }
        cases +=
            fmt::format("        \"{}\")\n            words=\"{}\"\n", fmt::join(path, " "), fmt::join(words, " "));
        if (!values.empty()) {
            cases += "            case $before in\n" + values + "                *) known= ;;\n            esac\n";
        } else {
            cases += "            known=\n";
        }
        cases += "            ;;\n";
    });
    std::vector<std::string> paths;
    forEachCommand(app, {}, [&](const CLI::App&, const std::vector<std::string>& path) {
        if (!path.empty()) {
            paths.push_back(fmt::format("\"{}\"", fmt::join(path, " ")));
        }
    });
    const auto follow = paths.empty() ? std::string()
                                      : fmt::format(
                                          "    for word in \"${{COMP_WORDS[@]:1:COMP_CWORD-1}}\"; do\n"
                                          "        case \"$command${{command:+ }}$word\" in\n"
                                          "            {}) command+=${{command:+ }}$word ;;\n        esac\n    done\n",
                                          fmt::join(paths, " | "));
    return fmt::format(
        "# Completion of {0} for bash, made of its options by {0} --documentation bash.\n"
        "{1}() {{\n"
        "    local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD - 1]}} command= words= values= "
        "anything= known=1\n    local current=$word\n{2}    word=$current\n    case $command in\n{3}    esac\n"
        "    if [[ -n $known ]]; then\n"
        "        if [[ -n $anything ]]; then\n"
        "            mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
        "        else\n"
        "            mapfile -t COMPREPLY < <(compgen -W \"$values\" -- \"$word\")\n"
        "        fi\n"
        "    else\n"
        "        mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\"; [[ $word == -* ]] || compgen -f -- "
        "\"$word\")\n"
        "    fi\n"
        "}}\n"
        "complete -o filenames -F {1} {0}\n",
        app.get_name(), functionName(app, {}), follow, cases);
}

std::string zshCompletion(const CLI::App& app) {
    std::string functions;
    forEachCommand(app, {}, [&](const CLI::App& command, const std::vector<std::string>& path) {
        const auto commands = commandsOf(command);
        functions += functionName(app, path)
                     + "() {\n    local context state state_descr line\n    typeset -A opt_args\n"
                     + "    _arguments -C";
        for (const auto* option : flagsOf(command)) {
            functions += zshOption(*option);
        }
        if (commands.empty()) {
            functions += " \\\n    '*:file:_files'\n}\n";
            return;
        }
        functions +=
            " \\\n    '1:command:->command' \\\n    '*::argument:->argument'\n    case $state in\n        command)\n"
            "            local -a commands=(\n";
        std::string calls;
        for (const auto* sub : commands) {
            auto deeper = path;
            deeper.push_back(sub->get_name());
            const auto help = replaced(replaced(sub->get_description(), ":", "\\:"), "'", "'\\''");
            functions += fmt::format("                '{}:{}'\n", sub->get_name(), help);
            calls += fmt::format("                {}) {} ;;\n", sub->get_name(), functionName(app, deeper));
        }
        functions +=
            "            )\n            _describe command commands\n            ;;\n        argument)\n"
            "            case $words[1] in\n"
            + calls + "            esac\n            ;;\n    esac\n}\n";
    });
    return fmt::format(
        "#compdef {0}\n# Completion of {0} for zsh, made of its options by {0} --documentation zsh.\n{1}{2} \"$@\"\n",
        app.get_name(), functions, functionName(app, {}));
}

std::optional<std::string> requestedPage(const CLI::App& app, int argc, const char* const* argv) {
    if (argc != 3 || std::string_view(argv[1]) != "--documentation") {
        return std::nullopt;
    }
    const std::string_view kind(argv[2]);
    return kind == "man"    ? std::optional(manPage(app))
           : kind == "bash" ? std::optional(bashCompletion(app))
           : kind == "zsh"  ? std::optional(zshCompletion(app))
                            : std::nullopt;
}

}  // namespace lamscope::cli
