// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "banyan/serving/file_marks.hpp"
#include "banyan/telemetry/contained.hpp"

namespace banyan::serving {

/// Has the configuration read again when its file has changed, or a file of a secret that it names,
/// or a certificate for which it was refused; and certificates when they have. One for every
/// program that serves by a file: the proxy, and an application with its modules.
class ReloadWatch {
 public:
  /// What reads them. Called on threads of the watch, and on that of reload().
  struct Reader {
    std::function<bool()> reload;  ///< whether it is in force
    std::function<void()> renew_certificates;
    std::function<FileMarks()> certificate_files;
    std::function<FileMarks()> refused_certificate_files;
    std::function<FileMarks()> secret_files;
  };

  /// `config`: the marks of the file from before it was read. What a reading throws, and that not
  /// all can be watched, `on_fault` is told. Throws std::system_error when the system has nothing
  /// left for it.
  ReloadWatch(FileMarks config, Reader reader, const telemetry::OnFault& on_fault);
  ~ReloadWatch();
  ReloadWatch(const ReloadWatch&) = delete;
  ReloadWatch& operator=(const ReloadWatch&) = delete;

  /// At once, whatever has changed (SIGHUP).
  void reload();

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

/// By a Server or a Proxy, which must outlive what is made of this.
template <class Serving>
ReloadWatch::Reader reader_of(Serving& serving) {
  return {.reload = [&serving] { return serving.reload().has_value(); },
          .renew_certificates =
              [&serving] {
                // It has logged what is wrong.
                [[maybe_unused]] const auto renewed = serving.renew_certificates();
              },
          .certificate_files = [&serving] { return serving.certificate_files(); },
          .refused_certificate_files = [&serving] { return serving.refused_certificate_files(); },
          .secret_files = [&serving] { return serving.secret_files(); }};
}

}  // namespace banyan::serving
