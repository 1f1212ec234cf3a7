// SPDX-License-Identifier: Apache-2.0
#include "banyan/program/server_program.hpp"

#include <Poco/Util/HelpFormatter.h>
#include <Poco/Util/Option.h>
#include <Poco/Util/OptionCallback.h>
#include <Poco/Util/OptionException.h>
#include <Poco/Util/OptionSet.h>
#include <Poco/Util/ServerApplication.h>
#include <signal.h>

#include <array>
#include <iostream>
#include <stdexcept>

#include "banyan/kernel/error.hpp"
#include "banyan/kernel/exit_code.hpp"
#include "banyan/kernel/nearest.hpp"

namespace banyan::program {
namespace {

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

class Program final : public Poco::Util::ServerApplication {
 public:
  Program(CommandLine command_line, ServerProgram program)
      : line_(std::move(command_line)), program_(std::move(program)), called_(line_.name) {
    setUnixOptions(true);
  }

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
    if (describe_) {
      std::cout << line_.describe();
      return EXIT_OK;
    }
    if (version_) {
      std::cout << line_.name << ' ' << line_.version << '\n';
      return EXIT_OK;
    }
    if (const int code = take_settings(); code != EXIT_OK) return code;
    return run_application();
  }

  int start() {
    init(ArgVec{line_.name});
    return run_application();
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
    if (line_.describe) {
      options.addOption(
          Poco::Util::Option(
              "describe", "",
              "Print what the program is made of, as JSON for `banyan map`, and stop.")
              .callback(Poco::Util::OptionCallback<Program>(this, &Program::ask_description)));
    }
    for (const Option& known : line_.options) {
      Poco::Util::Option option(std::string(known.name), "", std::string(known.help));
      option.repeatable(known.repeatable);
      // A switch that another layer has on can be put off.
      const bool is_switch = known.argument.empty();
      option.argument(is_switch ? "false" : std::string(known.argument), !is_switch);
      options.addOption(option.callback(Poco::Util::OptionCallback<Program>(this, &Program::take)));
    }
  }

  int main(const std::vector<std::string>& words) override {
    for (const std::string& word : words) {
      if (word != line_.word) return usage({"'" + word + "' is no option; options begin with --"});
    }
    try {
      return program_.serve(signals_);
    } catch (const std::logic_error& error) {
      std::cerr << line_.name << ": " << error.what() << '\n';
      return exit_code::kFault;
    } catch (const OperationalFault& fault) {
      // What it needs is away for now: who supervises it should start it again.
      const bool is_away = fault.error().code == ErrorCode::Unavailable;
      std::cerr << line_.name << (is_away ? ": cannot start now. " : ": cannot start. ")
                << fault.what() << '\n';
      return is_away ? exit_code::kUnavailable : exit_code::kBadConfiguration;
    } catch (const std::exception& error) {
      std::cerr << line_.name << ": cannot start. " << error.what() << '\n';
      return exit_code::kBadConfiguration;
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
  void ask_description(const std::string& /*name*/, const std::string& /*value*/) {
    describe_ = true;
    stopOptionsProcessing();
  }
  void take(const std::string& name, const std::string& value) { given_.push_back({name, value}); }

  // Through the base: ServerApplication hides it.
  int run_application() { return static_cast<Poco::Util::Application&>(*this).run(); }

  /// Tells everything that is wrong with them at once.
  int take_settings() {
    Settings settings = read_settings(line_.name, line_.options, given_, environment());
    for (const std::string& warning : settings.warnings) {
      std::cerr << line_.name << ": " << warning << '\n';
    }
    for (const Setting& setting : settings.values) {
      for (std::string& text : program_.take(setting)) {
        settings.problems.push_back({setting.layer, std::move(text)});
      }
    }
    if (settings.problems.empty()) {
      const std::vector<std::string> problems = program_.check();
      return problems.empty() ? EXIT_OK : usage(problems);
    }
    bool of_command_line = false;
    std::vector<std::string> problems;
    for (Problem& each : settings.problems) {
      of_command_line |= each.layer == Layer::CommandLine;
      problems.push_back(std::move(each.text));
    }
    const int code = usage(problems);
    return of_command_line ? code : exit_code::kBadConfiguration;
  }

  std::string unknown(const std::string& option) const {
    std::vector<std::string> names;
    for (const Option& known : line_.options) names.emplace_back(known.name);
    const auto meant = nearest(option, names);
    return "unknown option " + std::string(option.size() > 1 ? "--" : "-") + option +
           (meant ? "; did you mean --" + std::string(*meant) + "?" : ".");
  }

  int usage(const std::vector<std::string>& problems) const {
    for (const std::string& problem : problems) {
      std::cerr << line_.name << ": " << problem << '\n';
    }
    std::cerr << "See: " << called_ << " --help\n";
    return exit_code::kUsage;
  }

  int print_help() const {
    Poco::Util::HelpFormatter formatter(options());
    formatter.setUnixStyle(true);
    formatter.setWidth(100);
    formatter.setCommand(line_.name);
    formatter.setUsage((line_.word.empty() ? "" : '[' + line_.word + "] ") + "[OPTION]...");
    formatter.setHeader(line_.description);
    formatter.setFooter(layers_for_help(line_.name));
    formatter.format(std::cout);
    // The formatter would wrap them into one paragraph.
    std::cout << '\n' << line_.examples << '\n' << exit_code::for_help() << '\n';
    return EXIT_OK;
  }

  CommandLine line_;
  ServerProgram program_;
  Signals signals_;
  std::vector<Given> given_;
  std::string called_;  ///< as whoever started it wrote it
  bool help_ = false;
  bool version_ = false;
  bool describe_ = false;
};

template <class Start>
int run_program(CommandLine command_line, ServerProgram program, Start start) {
  const KeptSignalHandlers handlers;
  Poco::AutoPtr<Program> made(new Program(std::move(command_line), std::move(program)));
  handlers.restore();
  return start(*made);
}

}  // namespace

int run(int argc, char** argv, const CommandLine& command_line, const ServerProgram& program) {
  return run_program(command_line, program, [&](Program& made) { return made.start(argc, argv); });
}

int run(const std::string& name, const std::function<int(const Signals&)>& serve) {
  CommandLine command_line;
  command_line.name = name;
  ServerProgram program;
  program.serve = serve;
  return run_program(std::move(command_line), std::move(program),
                     [](Program& made) { return made.start(); });
}

}  // namespace banyan::program
