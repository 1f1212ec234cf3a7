// SPDX-License-Identifier: Apache-2.0
#include "banyan/serving/reload_watch.hpp"

#include <utility>

#include "file_watch.hpp"

namespace banyan::serving {

struct ReloadWatch::Inside {
  Inside(FileMarks as_read, Reader reads, const telemetry::OnFault& on_fault)
      : config(std::move(as_read)),
        reader(std::move(reads)),
        certificates(reader.certificate_files(), reader.renew_certificates, FileWatch::kLook,
                     on_fault),
        all({}, [this] { reload(); }, FileWatch::kLook, on_fault) {
    watch_all();
  }

  void reload() {
    if (reader.reload()) certificates.watch(reader.certificate_files());
    watch_all();
  }

  /// All that a reload may read otherwise than the last one.
  void watch_all() {
    FileMarks files = config;
    files.merge(reader.refused_certificate_files());
    files.merge(reader.secret_files());
    all.watch(std::move(files));
  }

  const FileMarks config;
  const Reader reader;
  FileWatch certificates;
  FileWatch all;  // last: it ends first, and uses what stands above
};

ReloadWatch::ReloadWatch(FileMarks config, Reader reader, const telemetry::OnFault& on_fault)
    : inside_(std::make_unique<Inside>(std::move(config), std::move(reader), on_fault)) {}

ReloadWatch::~ReloadWatch() = default;

void ReloadWatch::reload() { inside_->reload(); }

}  // namespace banyan::serving
