// SPDX-License-Identifier: Apache-2.0
#include "pusher.hpp"

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/StreamCopier.h>
#include <Poco/URI.h>

#include <algorithm>

#include "documents.hpp"

namespace overland {
namespace {

constexpr int kMostAttempts = 20;
constexpr int kFirstPause = 200;  // milliseconds
constexpr int kLongestPause = 30'000;
constexpr long kLookAround = 200;  // milliseconds

Poco::Timestamp in_milliseconds(int milliseconds) {
  Poco::Timestamp time;
  time += Poco::Timestamp::TimeDiff(milliseconds) * 1'000;
  return time;
}

}  // namespace

Pusher::Pusher(Pace pace, Depot& depot, simulators::Whims& whims, Poco::Logger& logger)
    : pace_(pace), depot_(depot), whims_(whims), logger_(logger) {
  thread_.start(*this);
}

Pusher::~Pusher() {
  {
    const Poco::FastMutex::ScopedLock lock(mutex_);
    ending_ = true;
  }
  changed_.set();
  thread_.join();
}

void Pusher::tell(const Parcel& parcel) {
  const std::string xml = push(parcel, parcel.scans.back());
  const simulators::Whims::Now now = whims_.now();
  const int copies = whims_.happens(now.duplicate) ? 2 : 1;
  const Poco::FastMutex::ScopedLock lock(mutex_);
  if (url_.empty()) return;
  for (int i = 0; i < copies; ++i) {
    waiting_.insert({in_milliseconds(whims_.up_to(now.disorder)), {xml}});
  }
  changed_.set();
}

void Pusher::tell_at(const std::string& url) {
  const Poco::FastMutex::ScopedLock lock(mutex_);
  url_ = url;
}

std::string Pusher::told_at() {
  const Poco::FastMutex::ScopedLock lock(mutex_);
  return url_;
}

std::size_t Pusher::waiting() {
  const Poco::FastMutex::ScopedLock lock(mutex_);
  return waiting_.size() + (is_sending_ ? 1 : 0);
}

void Pusher::run() {
  Poco::Timestamp looked;
  while (true) {
    if (pace_.uplift_after >= 0 && looked.isElapsed(kLookAround * 1'000)) {
      looked.update();
      for (const Parcel& parcel : depot_.go_on(pace_.uplift_after, pace_.deliver_after)) {
        tell(parcel);
      }
    }
    Message message;
    std::string url;
    long pause = kLookAround;
    {
      const Poco::FastMutex::ScopedLock lock(mutex_);
      if (ending_) return;
      if (!waiting_.empty()) {
        const auto first = waiting_.begin();
        pause = std::min(pause, static_cast<long>((first->first - Poco::Timestamp()) / 1'000) + 1);
        if (first->first <= Poco::Timestamp()) {
          message = first->second;
          url = url_;
          is_sending_ = true;
          waiting_.erase(first);
        }
      }
    }
    if (message.xml.empty()) {
      changed_.tryWait(std::max(pause, 1L));
      continue;
    }
    const bool is_told = send(url, message.xml);
    const Poco::FastMutex::ScopedLock lock(mutex_);
    is_sending_ = false;
    if (is_told || ++message.attempt == kMostAttempts) continue;
    const int shift = std::min(message.attempt - 1, 10);
    waiting_.insert({in_milliseconds(std::min(kFirstPause << shift, kLongestPause)), message});
  }
}

bool Pusher::send(const std::string& url, const std::string& xml) const {
  try {
    const Poco::URI at(url);
    Poco::Net::HTTPClientSession session(at.getHost(), at.getPort());
    session.setTimeout(Poco::Timespan(5, 0));
    Poco::Net::HTTPRequest request(Poco::Net::HTTPRequest::HTTP_POST, at.getPathAndQuery(),
                                   Poco::Net::HTTPMessage::HTTP_1_1);
    request.setContentType("text/xml");
    request.setContentLength64(static_cast<Poco::Int64>(xml.size()));
    session.sendRequest(request) << xml;
    Poco::Net::HTTPResponse response;
    std::string body;
    Poco::StreamCopier::copyToString(session.receiveResponse(response), body);
    return body.starts_with("ACK");
  } catch (const Poco::Exception& error) {
    logger_.debug("not pushed: " + error.displayText());
    return false;
  }
}

}  // namespace overland
