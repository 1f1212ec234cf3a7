// SPDX-License-Identifier: Apache-2.0
#include "init/destination.hpp"

#include <filesystem>
#include <iostream>
#include <system_error>

#include "exit_code.hpp"
#include "init/new_file.hpp"
#include "terminal.hpp"

namespace banyan::cli::init {

void Destination::tell(const std::string& text) const {
  if (json) return;
  if (is_standard_output()) {
    announce(text);
  } else {
    print_line(paint(text, Tone::Plain));  // parts of it may be an application's words
  }
}

int Destination::give_up(int code, ErrorCode kind, const std::string& rule,
                         const std::string& message) const {
  print_error(Error{kind, rule, message, {}}, json);
  return code;
}

int Destination::look() const {
  std::error_code unknown;
  if (is_standard_output() || replace ||
      !std::filesystem::exists(std::filesystem::symlink_status(output, unknown))) {
    return kDone;
  }
  return give_up(kRefused, ErrorCode::AlreadyExists, "banyan.exists",
                 output + " is there already, and stays as it is. " +
                     (beside.empty() ? "" : beside + ' ') +
                     "Name another with -o FILE, or write over it with --force: all that is in it "
                     "is lost then, and a proxy that runs with it takes the new one at once");
}

int Destination::write(const std::string& text) const {
  if (is_standard_output()) {
    if (!json) std::cout << text;
    return kDone;
  }
  const auto done = write_new_file(output, text, replace);
  if (done) return kDone;
  print_error(done.error(), json);
  return done.error().code == ErrorCode::AlreadyExists ? kRefused : kUnavailable;
}

}  // namespace banyan::cli::init
