// SPDX-License-Identifier: Apache-2.0
#include <Poco/AutoPtr.h>
#include <Poco/Util/LayeredConfiguration.h>
#include <Poco/Util/MapConfiguration.h>

#include <algorithm>
#include <array>
#include <exception>
#include <optional>
#include <set>

#include "banyan/kernel/nearest.hpp"
#include "banyan/program/settings.hpp"
#include "settings_file.hpp"
#include "variables.hpp"

namespace banyan::program {
namespace {

using Poco::AutoPtr;
using Poco::Util::MapConfiguration;

std::string trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(kBlank) - begin + 1));
}

std::vector<std::string> parts_of(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    if (std::string part = trimmed(text.substr(0, comma)); !part.empty()) {
      parts.push_back(std::move(part));
    }
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  if (parts.empty()) parts.emplace_back();  // for its reader to refuse
  return parts;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
  const auto meant = nearest(word, known);
  return meant ? "; did you mean " + std::string(*meant) + '?' : ".";
}

class Layers {
 public:
  Layers(std::string_view program, std::span<const Option> options)
      : program_(program), options_(options) {
    // Poco asks the layer with the lowest number first.
    layered_->add(command_line_, static_cast<int>(Layer::CommandLine));
    layered_->add(environment_, static_cast<int>(Layer::Environment));
    layered_->add(file_, static_cast<int>(Layer::File));
  }

  void take(std::span<const Given> command_line) {
    for (const Given& each : command_line) {
      const bool again = command_line_->has(each.option);
      // Of what must not be given twice, whoever reads the command line has told already.
      command_line_->setString(
          each.option,
          again ? command_line_->getRawString(each.option) + ',' + each.value : each.value);
    }
  }

  void take(std::span<const std::string> environment) {
    const std::string prefix = prefix_of(program_);
    std::vector<std::string> known;
    for (const Option& option : options_) known.push_back(variable_of(program_, option.name));
    for (const std::string& entry : environment) {
      const std::size_t equals = entry.find('=');
      if (!entry.starts_with(prefix) || equals == std::string::npos) continue;
      const std::string name = entry.substr(0, equals);
      const auto found = std::ranges::find(known, name);
      if (is_service_link(std::string_view(name).substr(prefix.size()),
                          std::string_view(entry).substr(equals + 1))) {
        if (found != known.end()) tell_of_service_link(entry);
      } else if (found == known.end()) {
        out_.warnings.push_back(name + " is no variable of " + std::string(program_) +
                                did_you_mean(name, known));
      } else if (equals + 1 < entry.size()) {
        environment_->setString(
            std::string(options_[static_cast<std::size_t>(found - known.begin())].name),
            entry.substr(equals + 1));
      }
    }
  }

  void take_file() {
    const auto setting = winner(kSettingsOption);
    if (!setting) return;
    file_name_ = setting->value;
    try {
      file_->read(file_name_);
    } catch (const Poco::Exception& error) {
      return problem(setting->layer,
                     setting->said_by + ": cannot read " + file_name_ + ": " + error.displayText());
    } catch (const std::exception& error) {
      return problem(setting->layer,
                     setting->said_by + ": cannot read " + file_name_ + ": " + error.what());
    }
    check_file();
  }

  Settings settings() {
    for (const Option& option : options_) {
      if (option.name == kSettingsOption.name) continue;
      auto setting = winner(option);
      if (!setting) continue;
      if (option.repeatable) {
        for (std::string& part : parts_of(setting->value)) {
          out_.values.push_back(
              {setting->option, std::move(part), setting->layer, setting->said_by});
        }
      } else if (!option.argument.empty()) {
        out_.values.push_back(*std::move(setting));
      } else if (setting->value.empty() || setting->value == "true") {
        setting->value.clear();
        out_.values.push_back(*std::move(setting));
      } else if (setting->value != "false") {
        problem(setting->layer,
                setting->said_by + ": '" + setting->value + "' is neither true nor false.");
      }
    }
    return std::move(out_);
  }

 private:
  void problem(Layer layer, std::string text) { out_.problems.push_back({layer, std::move(text)}); }

  /// Of the one that would have been taken for an option.
  void tell_of_service_link(const std::string& entry) {
    out_.warnings.push_back(entry +
                            " is how Kubernetes tells of a service of this name, not where"
                            " to listen: passed over. Say that with --port; and"
                            " enableServiceLinks: false for the pod keeps it away.");
  }

  /// By way of the layered configuration, which decides; nothing when no layer has the option.
  std::optional<Setting> winner(const Option& option) {
    const std::string name(option.name);
    if (!layered_->has(name)) return std::nullopt;
    Setting setting{name, layered_->getRawString(name), Layer::File, file_name_ + ": " + name};
    if (command_line_->has(name)) {
      setting.layer = Layer::CommandLine;
      setting.said_by = "--" + name;
    } else if (environment_->has(name)) {
      setting.layer = Layer::Environment;
      setting.said_by = variable_of(program_, name);
    }
    return setting;
  }

  void check_file() {
    std::vector<std::string> known;
    for (const Option& option : options_) {
      if (option.name != kSettingsOption.name) known.emplace_back(option.name);
    }
    std::set<std::string> seen;
    for (const std::string& key : file_->written()) {
      const std::string where = file_name_ + ": " + key;
      if (!seen.insert(key).second) {
        problem(Layer::File, where + " is there twice; leave one.");
      } else if (key == kSettingsOption.name) {
        problem(Layer::File,
                where + " cannot be said in such a file; name one file with --settings.");
      } else if (std::ranges::find(known, key) == known.end()) {
        problem(Layer::File,
                file_name_ + ": there is no option '" + key + '\'' + did_you_mean(key, known));
      } else if (file_->getRawString(key).empty()) {
        problem(Layer::File, where + " has no value; leave the line out for the default.");
      }
    }
  }

  std::string_view program_;
  std::span<const Option> options_;
  AutoPtr<MapConfiguration> command_line_{new MapConfiguration};
  AutoPtr<MapConfiguration> environment_{new MapConfiguration};
  AutoPtr<SettingsFile> file_{new SettingsFile};
  AutoPtr<Poco::Util::LayeredConfiguration> layered_{new Poco::Util::LayeredConfiguration};
  std::string file_name_;
  Settings out_;
};

}  // namespace

Settings read_settings(std::string_view program, std::span<const Option> options,
                       std::span<const Given> command_line,
                       std::span<const std::string> environment) {
  Layers layers(program, options);
  layers.take(command_line);
  layers.take(environment);
  layers.take_file();
  return layers.settings();
}

}  // namespace banyan::program
