// SPDX-License-Identifier: Apache-2.0
#include "tls_material.hpp"

#include <algorithm>
#include <filesystem>
#include <tuple>
#include <utility>

namespace banyan::serving {
namespace {

class Reader {
 public:
  explicit Reader(const std::string& config_file)
      : config_file_(config_file), folder_(std::filesystem::path(config_file).parent_path()) {}

  http::TlsServer::Context listener(const strangler::ListenerTls& tls) {
    named_.clear();
    http::TlsServerOptions options;
    for (const strangler::CertificateFiles& each : tls.certificates) {
      options.certificates.push_back(files(each));
    }
    options.minimum_version = version(tls.minimum_version);
    switch (tls.client_certificates) {
      case strangler::AskForCertificate::Off: break;
      case strangler::AskForCertificate::Optional:
        options.client_certificates = http::ClientCertificates::Optional;
        break;
      case strangler::AskForCertificate::Required:
        options.client_certificates = http::ClientCertificates::Required;
        break;
    }
    if (tls.client_ca) options.client_ca_file = path(*tls.client_ca);
    auto read = http::TlsServer::read(options);
    if (read) return std::move(*read);
    note(read.error(), tls.location);
    return nullptr;
  }

  http::TlsClient::Context upstream(const strangler::UpstreamTls& tls) {
    named_.clear();
    http::TlsClientOptions options;
    if (tls.ca) options.ca_file = path(*tls.ca);
    options.server_name = tls.server_name;
    if (tls.certificate) options.certificate = files(*tls.certificate);
    options.minimum_version = version(tls.minimum_version);
    options.insecure_accept_any_certificate = tls.insecure_verify_none;
    auto read = http::TlsClient::read(options);
    if (read) return std::move(*read);
    note(read.error(), tls.location);
    return nullptr;
  }

  std::vector<strangler::FileProblem> problems() && {
    std::ranges::stable_sort(problems_, {}, [](const strangler::FileProblem& problem) {
      return std::pair(problem.location.line, problem.location.column);
    });
    return std::move(problems_);
  }
  const FileMarks& marks() const { return marks_; }

 private:
  static http::TlsVersion version(strangler::TlsMinimum minimum) {
    return minimum == strangler::TlsMinimum::Tls13 ? http::TlsVersion::Tls13
                                                   : http::TlsVersion::Tls12;
  }
  std::string path(const strangler::NamedFile& file) {
    std::string full = (folder_ / file.name).string();
    marks_.try_emplace(full, mark_of(full));
    named_.emplace_back(full, file.location);
    return full;
  }
  http::TlsCertificate files(const strangler::CertificateFiles& named) {
    return {path(named.chain), path(named.key)};
  }
  void note(const std::vector<http::TlsProblem>& problems, strangler::FileLocation section) {
    for (const http::TlsProblem& problem : problems) {
      const auto found = std::ranges::find(named_, problem.file, &Named::first);
      problems_.push_back({config_file_, found == named_.end() ? section : found->second,
                           problem.file + ": " + problem.message});
    }
  }

  using Named = std::pair<std::string, strangler::FileLocation>;
  std::string config_file_;
  std::filesystem::path folder_;
  std::vector<Named> named_;  ///< by the section that is read
  FileMarks marks_;
  std::vector<strangler::FileProblem> problems_;
};

}  // namespace

std::expected<TlsMaterial, TlsRefusal> read_tls_material(
    const strangler::Configuration& configuration, const std::string& config_file) {
  Reader reader(config_file);
  TlsMaterial material;
  for (const strangler::TlsListeners& each : configuration.tls) {
    material.listeners.push_back(reader.listener(each.tls));
  }
  for (const strangler::UpstreamGroup& group : configuration.upstreams) {
    if (group.tls) material.upstreams[group.name] = reader.upstream(*group.tls);
  }
  material.files = reader.marks();
  auto problems = std::move(reader).problems();
  if (!problems.empty()) {
    return std::unexpected(TlsRefusal{std::move(problems), std::move(material.files)});
  }
  return material;
}

}  // namespace banyan::serving
