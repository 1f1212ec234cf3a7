// SPDX-License-Identifier: Apache-2.0
#include "banyan/supervision/deployment_keys.hpp"

#include <array>

namespace banyan::supervision {
namespace {

using strangler::Key;
using strangler::KeyChoice;
using strangler::KeySection;
using enum strangler::KeyKind;

constexpr std::uint64_t kHour = 3'600'000;

constexpr std::array kSupervisor = std::to_array<Key>({
    {.name = "state",
     .kind = Text,
     .otherwise = "`NAME.up` beside the file `NAME.toml`",
     .example = R"("/var/lib/shop/up")",
     .help = "the folder for the lock, the control socket and the logs, which only this user may "
             "enter; made when it is missing",
     .at_restart = true},
    {.name = "restart_first",
     .kind = Time,
     .preset = R"("500ms")",
     .most = kHour,
     .help = "the pause before a program that has failed is started again; each further one is "
             "twice as long",
     .at_restart = true},
    {.name = "restart_most",
     .kind = Time,
     .preset = R"("30s")",
     .most = kHour,
     .help = "the longest such pause",
     .at_restart = true},
    {.name = "healthy_after",
     .kind = Time,
     .preset = R"("10s")",
     .most = kHour,
     .help = "a program that was ready for so long begins with `restart_first` again",
     .at_restart = true},
    {.name = "log_size",
     .kind = Size,
     .preset = R"("10MiB")",
     .least = 4096,
     .most = 1ULL << 40U,
     .help = "of a program's log file; then it is put aside as `NAME.log.1`, and a new one begun",
     .at_restart = true},
    {.name = "log_files",
     .kind = Number,
     .preset = "5",
     .least = 1,
     .most = 1'000,
     .help = "log files that are kept of each program, with the current one",
     .at_restart = true},
});

constexpr std::array kRestarts = std::to_array<KeyChoice>({
    {"always", "however it ended"},
    {"on-failure", "unless it was ready and ended with code 0"},
    {"never"},
});

constexpr std::array kProgram = std::to_array<Key>({
    {.name = "command",
     .kind = Texts,
     .otherwise = "needed",
     .example = R"(["bin/shop", "--port", "8080"])",
     .help = "the program and its arguments, without a shell; with a `/` it is found from the "
             "folder of this file, else in `PATH`",
     .at_restart = true},
    {.name = "environment",
     .kind = Table,
     .otherwise = "that of the supervisor",
     .example = R"({ SHOP_MODE = "test" })",
     .help = "variables besides those of the supervisor",
     .at_restart = true},
    {.name = "directory",
     .kind = Text,
     .otherwise = "the folder of this file",
     .example = R"("var")",
     .help = "where it runs; made when it is missing",
     .at_restart = true},
    {.name = "ready",
     .kind = Text,
     .otherwise = "as soon as it runs",
     .example = R"("http://127.0.0.1:8080/health/ready")",
     .help = "when it counts as ready: an address (`http://`) answers 2xx; or `\"exit\"`: it has "
             "ended with code 0, which is for programs that prepare something",
     .at_restart = true},
    {.name = "ready_file",
     .kind = Text,
     .otherwise = "see `ready`",
     .example = R"("var/shop.ready")",
     .help = "instead of `ready`: a file that it writes",
     .at_restart = true},
    {.name = "ready_time",
     .kind = Time,
     .preset = R"("60s")",
     .most = kHour,
     .help = "one that is not ready by then is stopped and counts as failed",
     .at_restart = true},
    {.name = "needs",
     .kind = Texts,
     .otherwise = "none",
     .example = R"(["warehouse"])",
     .help = "programs that have to be ready before this one is started, and are stopped after it",
     .at_restart = true},
    {.name = "restart",
     .kind = Choice,
     .preset = R"("on-failure")",
     .choices = kRestarts,
     .help = "when it is started again; never after the codes 64 and 78, with which it would only "
             "end in the same way",
     .at_restart = true},
    {.name = "stop_timeout",
     .kind = Time,
     .preset = R"("20s")",
     .most = kHour,
     .help = "from SIGTERM to SIGKILL, which both go to the whole process group",
     .at_restart = true},
});

constexpr std::array kSections = std::to_array<KeySection>({
    {"[supervisor]", "What holds for all programs.", kSupervisor},
    {"[programs.NAME]", "A program, once for each.", kProgram},
});

}  // namespace

std::span<const KeySection> deployment_key_sections() { return kSections; }

}  // namespace banyan::supervision
