// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/Util/PropertyFileConfiguration.h>

#include <string>
#include <vector>

namespace banyan::program {

/// A properties file that remembers what a map of it would hide.
class SettingsFile final : public Poco::Util::PropertyFileConfiguration {
 public:
  /// Throws Poco::Exception or std::exception when it cannot be read.
  void read(const std::string& file);

  /// All keys as the file has them, a repeated one each time.
  const std::vector<std::string>& written() const { return written_; }

 protected:
  ~SettingsFile() override = default;
  void setRaw(const std::string& key, const std::string& value) override;

 private:
  std::vector<std::string> written_;
};

}  // namespace banyan::program
