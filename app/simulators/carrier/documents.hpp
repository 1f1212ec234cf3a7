// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "depot.hpp"
#include "frame/whims.hpp"

/// What the carrier reads and writes: SOAP as somebody remembered it. The prefix of its namespace
/// is now `cc`, now `ns2`; it writes ISO 8859-1; times are its own (UTC+1, summer and winter),
/// without saying so: "29/11/26 14:05:07".
namespace overland {

struct Account {
  std::string number;
  std::string pin;
};

/// One request:
///
///     <Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/">
///       <Header><Customer xmlns="urn:overland:cargoconnect:2.1" no="40017" pin="0000"/></Header>
///       <Body><LodgeConsignment xmlns="urn:overland:cargoconnect:2.1" service="STD | RET">
///         <ConsignorRef>at most 35 characters</ConsignorRef> <Colli>1</Colli>
///         <Consignee name="…" street="…" zip="…" town="…" ctry="DE"/>
///       </LodgeConsignment></Body>
///     </Envelope>
///
/// and so <WithdrawConsignment> and <TraceRequest>, with a <ConsignorRef>.
struct Asked {
  std::string what;  ///< the name of the body's element
  Account account;
  Parcel parcel;
  std::string zip;
};

/// Nothing when it is no such document.
std::optional<Asked> read(const std::string& xml);

struct Answer {
  int status = 200;
  std::string xml;
};

/// Where something is wrong; "E0417 NO SERVICE TO COUNTRY KP".
Answer fault(int status, const std::string& text, simulators::Whims& whims);
Answer lodged(const Parcel& parcel, bool is_new, simulators::Whims& whims);
Answer withdrawn(Depot::Withdrawn how, simulators::Whims& whims);
/// `parcel` null: not found. Scans come newest first, or oldest, some of them twice.
Answer trace(const Parcel* parcel, simulators::Whims& whims);

/// What is pushed to the consignor.
std::string push(const Parcel& parcel, const Scan& scan);

}  // namespace overland
