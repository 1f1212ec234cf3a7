// SPDX-License-Identifier: Apache-2.0
#include "step_progress.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "banyan/kernel/whole_file.hpp"
#include "banyan/posix/descriptor.hpp"
#include "banyan/posix/write_all.hpp"

namespace banyan::strangler {
namespace {

using Json = nlohmann::ordered_json;
constexpr std::int64_t kProgressFormat = 1;
/// Rather the time that steps have lasted than all that was seen in them.
constexpr std::size_t kMostEvidenceKept = std::size_t{1} << 20;

Json step_to(const StepProgress& step, bool with_evidence) {
  Json json = {{"module", step.module},
               {"begun", step.begun.micros},
               {"step", step.step},
               {"since", step.since.micros},
               {"lasted_ms", step.lasted.count()},
               {"samples", step.samples},
               {"judged_side", step.judged_side}};
  if (with_evidence && !step.evidence.empty())
    json["evidence"] = Json::parse(step.evidence, nullptr, false);
  return json;
}

StepProgress step_in(const Json& json) {
  StepProgress step;
  step.module = json.at("module").get<std::string>();
  step.begun = {json.at("begun").get<std::int64_t>()};
  step.step = json.at("step").get<std::size_t>();
  step.since = {json.at("since").get<std::int64_t>()};
  const auto lasted = std::max(std::int64_t{0}, json.at("lasted_ms").get<std::int64_t>());
  step.lasted = std::chrono::milliseconds(lasted);
  step.samples = json.at("samples").get<std::uint64_t>();
  step.judged_side = json.value("judged_side", std::string());
  if (json.contains("evidence")) step.evidence = json.at("evidence").dump();
  return step;
}

ProgressFile::Kept kept_in(const Json& json) {
  ProgressFile::Kept kept;
  kept.program = json.at("program").get<std::string>();
  kept.written = {json.at("written").get<std::int64_t>()};
  for (const Json& each : json.at("plans")) kept.steps.push_back(step_in(each));
  return kept;
}

std::string text_of(const std::vector<StepProgress>& steps, const std::string& program,
                    Timestamp now) {
  std::size_t size = 0;
  for (const StepProgress& each : steps) size += each.evidence.size();
  Json plans = Json::array();
  for (const StepProgress& each : steps) plans.push_back(step_to(each, size < kMostEvidenceKept));
  return Json{{"format", kProgressFormat},
              {"program", program},
              {"written", now.micros},
              {"plans", std::move(plans)}}
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

ProgressFile::ProgressFile(std::string file, std::string program)
    : file_(std::move(file)), program_(std::move(program)) {}

ProgressFile::Kept ProgressFile::read() const {
  try {
    const Json json = Json::parse(whole_file(file_).value_or(""), nullptr, false);
    if (!json.is_object() || json.at("format").get<std::int64_t>() != kProgressFormat) return {};
    return kept_in(json);
  } catch (const std::exception&) {  // a field is missing, or of another kind; or it cannot be read
    return {};
  }
}

// Without waiting for the disk: the thread that writes is the one that brings traffic back.
Result<void> ProgressFile::write(const std::vector<StepProgress>& steps, Timestamp now) const {
  if (file_.empty()) return {};
  const std::string part = file_ + '.' + std::to_string(::getpid()) + ".part";
  const posix::Descriptor made(
      ::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  std::error_code error = made.valid() ? posix::write_all(made, text_of(steps, program_, now))
                                       : std::error_code(errno, std::generic_category());
  if (!error) std::filesystem::rename(part, file_, error);
  if (!error) return {};
  ::unlink(part.c_str());
  return fail(ErrorCode::Unavailable, "banyan.plan_progress_not_kept",
              "how long the steps of plans have lasted, and what was seen in them, cannot be "
              "written to " +
                  file_ + ": " + error.message() + ". After a restart they begin anew");
}

std::string this_program() {
  struct stat found{};
  if (::stat("/proc/self/exe", &found) != 0) return {};
  return std::to_string(found.st_dev) + ':' + std::to_string(found.st_ino) + ':' +
         std::to_string(found.st_size) + ':' + std::to_string(found.st_mtim.tv_sec) + '.' +
         std::to_string(found.st_mtim.tv_nsec);
}

}  // namespace banyan::strangler
