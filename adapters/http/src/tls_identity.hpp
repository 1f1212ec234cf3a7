// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "banyan/http/tls.hpp"
#include "tls_handles.hpp"

namespace banyan::http {

TlsIdentity identity_of(X509& certificate);

/// The names of servers that it is for, in lower case: the alternative ones, else the common name.
std::vector<std::string> server_names_of(X509& certificate);

/// By the rules of RFC 6125: "*" stands for the whole of the first label and nothing else. Both in
/// lower case.
bool is_for(std::string_view pattern, std::string_view name);

std::chrono::system_clock::time_point end_of(const X509& certificate);

std::string in_lower_case(std::string_view text);

}  // namespace banyan::http
