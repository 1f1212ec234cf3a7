// SPDX-License-Identifier: Apache-2.0
#include <Poco/Util/HelpFormatter.h>
#include <Poco/Util/Option.h>
#include <Poco/Util/OptionCallback.h>
#include <Poco/Util/OptionException.h>
#include <Poco/Util/OptionSet.h>
#include <Poco/Util/ServerApplication.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <system_error>

#include "host/application.hpp"
#include "http/second_signal.hpp"
#include "option_reader.hpp"
#include "process.hpp"
#include "telemetry/line_output.hpp"

namespace banyan::host {
namespace {

constexpr int kUsage = 64;
constexpr int kFault = 70;
constexpr int kConfiguration = 78;

// Poco's constructor takes these over and hides what a sanitizer or a core dump would say.
class KeptSignalHandlers {
 public:
  KeptSignalHandlers() {
    for (std::size_t i = 0; i < kSignals.size(); ++i)
      ::sigaction(kSignals[i], nullptr, &before_[i]);
  }
  void restore() const {
    for (std::size_t i = 0; i < kSignals.size(); ++i)
      ::sigaction(kSignals[i], &before_[i], nullptr);
  }

 private:
  static constexpr std::array kSignals{SIGSEGV, SIGBUS, SIGILL, SIGSYS};
  std::array<struct sigaction, kSignals.size()> before_{};
};

/// Of whoever has started it and may not read what it says.
constexpr std::chrono::milliseconds kPatience{1'000};

class Program final : public Poco::Util::ServerApplication {
 public:
  explicit Program(const host::Application& application)
      : application_(&application), table_(composition()) {
    setUnixOptions(true);
  }

  /// What the command line says, all problems at once; nothing when help was asked for.
  int start(int argc, char** argv) {
    if (argc > 0) called_ = argv[0];
    try {
      init(argc, argv);
    } catch (const Poco::Util::UnknownOptionException& error) {
      return usage({unknown(error.message())});
    } catch (const Poco::Util::OptionException& error) {
      return usage({error.displayText()});
    }
    if (help_) return print_help();
    if (version_) {
      std::cout << application_->name << ' ' << application_->version << '\n';
      return EXIT_OK;
    }
    std::vector<std::string> problems = reader_.problems();
    if (problems.empty()) problems = problems_of(reader_.options(), table_);
    if (!problems.empty()) return usage(problems);
    // Through the base: ServerApplication hides it.
    return static_cast<Poco::Util::Application&>(*this).run();
  }

 protected:
  // Without those of ServerApplication: who runs this as a daemon is the system's business.
  void defineOptions(Poco::Util::OptionSet& options) override {
    Application::defineOptions(options);  // NOLINT(bugprone-parent-virtual-call)
    options.addOption(Poco::Util::Option("help", "h", "Show this and stop.")
                          .callback(Poco::Util::OptionCallback<Program>(this, &Program::ask_help)));
    options.addOption(
        Poco::Util::Option("version", "", "Show the version and stop.")
            .callback(Poco::Util::OptionCallback<Program>(this, &Program::ask_version)));
    for (const OptionReader::Known& known : OptionReader::known()) {
      Poco::Util::Option option(std::string(known.name), "", std::string(known.help));
      option.repeatable(known.repeatable);
      if (!known.argument.empty()) option.argument(std::string(known.argument));
      options.addOption(option.callback(Poco::Util::OptionCallback<Program>(this, &Program::take)));
    }
  }

  int main(const std::vector<std::string>& words) override {
    for (const std::string& word : words) {
      if (word != "serve") return usage({"'" + word + "' is no option; options begin with --"});
    }
    std::optional<http::SecondSignal> impatient;  // goes last: what ends may be stuck
    try {
      Process process(*application_, table_, reader_.options());
      telemetry::LineOutput(STDOUT_FILENO).write(process.greeting(), kPatience);
      announce(process.port());
      waitForTerminationRequest();
      impatient.emplace({SIGINT, SIGQUIT, SIGTERM}, kFault);
      process.drain();
      return EXIT_OK;
    } catch (const std::logic_error& error) {
      std::cerr << application_->name << ": " << error.what() << '\n';
      return kFault;
    } catch (const std::exception& error) {
      std::cerr << application_->name << ": cannot start. " << error.what() << '\n';
      return kConfiguration;
    }
  }

 private:
  void ask_help(const std::string& /*name*/, const std::string& /*value*/) {
    help_ = true;
    stopOptionsProcessing();
  }
  void ask_version(const std::string& /*name*/, const std::string& /*value*/) {
    version_ = true;
    stopOptionsProcessing();
  }
  void take(const std::string& name, const std::string& value) { reader_.take(name, value); }

  static std::string unknown(const std::string& option) {
    std::vector<std::string> names;
    for (const OptionReader::Known& known : OptionReader::known()) names.emplace_back(known.name);
    const std::string meant = nearest(option, names);
    return "unknown option " + std::string(option.size() > 1 ? "--" : "-") + option +
           (meant.empty() ? "." : "; did you mean --" + meant + "?");
  }

  int usage(const std::vector<std::string>& problems) const {
    for (const std::string& problem : problems) {
      std::cerr << application_->name << ": " << problem << '\n';
    }
    std::cerr << "See: " << called_ << " --help\n";
    return kUsage;
  }

  int print_help() const {
    Poco::Util::HelpFormatter formatter(options());
    formatter.setUnixStyle(true);
    formatter.setWidth(100);
    formatter.setCommand(application_->name);
    formatter.setUsage("[serve] [OPTION]...");
    formatter.setHeader(application_->description);
    formatter.setFooter(std::string(OptionReader::examples()));
    formatter.format(std::cout);
    return EXIT_OK;
  }

  // By rename, so that whoever waits for the file never reads half a number.
  void announce(std::uint16_t port) const {
    const std::string& file = reader_.options().ready_file;
    if (file.empty()) return;
    std::ofstream stream(file + ".part");
    stream << port << '\n' << std::flush;
    std::error_code error;
    if (stream) std::filesystem::rename(file + ".part", file, error);
    if (!stream || error) {
      throw std::runtime_error("cannot write the file " + file +
                               ". Give another with --ready-file, in a folder that exists.");
    }
  }

  const host::Application* application_;
  std::vector<ModuleEntry> table_;
  OptionReader reader_;
  std::string called_ = application_->name;  ///< as whoever started it wrote it
  bool help_ = false;
  bool version_ = false;
};

}  // namespace

int run(int argc, char** argv, const Application& application) {
  // Before any thread exists, so that none of them can be killed by one: waitForTerminationRequest
  // takes them when it is time.
  sigset_t termination;
  sigemptyset(&termination);
  for (const int number : {SIGINT, SIGQUIT, SIGTERM}) sigaddset(&termination, number);
  pthread_sigmask(SIG_BLOCK, &termination, nullptr);
  ::signal(SIGPIPE, SIG_IGN);

  const KeptSignalHandlers handlers;
  Poco::AutoPtr<Program> program(new Program(application));
  handlers.restore();
  return program->start(argc, argv);
}

}  // namespace banyan::host
