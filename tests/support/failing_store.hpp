// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <ostream>
#include <utility>

#include "banyan/kernel/store.hpp"

namespace banyan::test {

/// What ails a store.
enum class StoreTrouble : std::uint8_t {
  Breaks,   ///< the database fails: an exception
  Expires,  ///< the deadline passes while the unit of work waits
  IsFull,   ///< too many writes wait already
};
inline void PrintTo(StoreTrouble trouble, std::ostream* out) {
  *out << (trouble == StoreTrouble::Breaks    ? "breaks"
           : trouble == StoreTrouble::Expires ? "expires"
                                              : "is_full");
}

/// A store that is well until a test says otherwise. What it refuses with is what the kit's stores
/// say of a unit of work that has not happened.
template <class Reading, class Writing>
class FailingStore final : public Store<Reading, Writing> {
 public:
  explicit FailingStore(std::unique_ptr<Store<Reading, Writing>> inner)
      : inner_(std::move(inner)) {}

  /// `writes` more go well, then none; `reads_too`: no read either, from then on.
  void ail_after(int writes, StoreTrouble trouble, bool reads_too = false) {
    good_writes_ = writes;
    trouble_ = trouble;
    reads_too_ = reads_too;
  }
  void recover() { good_writes_ = kAll; }

 private:
  static constexpr int kAll = -1;

  void run_read(const Context& context,
                const std::function<void(Reading&, UnitOfWork&)>& body) override {
    if (reads_too_ && good_writes_ == 0) break_down();
    inner_->read(context, [&](Reading& reading, UnitOfWork& unit) {
      body(reading, unit);
      return true;
    });
  }

  Result<void> run_write(const Context& context,
                         const std::function<Result<void>(Writing&, UnitOfWork&)>& body) override {
    if (good_writes_ == 0) {
      switch (trouble_) {
        case StoreTrouble::Breaks: break_down();
        case StoreTrouble::Expires:
          return fail(ErrorCode::DeadlineExceeded, "banyan.write_not_begun",
                      "the deadline passed before the write began; nothing was changed");
        case StoreTrouble::IsFull:
          return fail(ErrorCode::ResourceExhausted, "banyan.writer_queue_full",
                      "too many writes wait for this database already");
      }
    }
    if (good_writes_ > 0) --good_writes_;
    return inner_->write(context, body);
  }

  [[noreturn]] static void break_down() {
    throw OperationalFault({ErrorCode::Unavailable,
                            "banyan.storage_full",
                            "the disk is full; nothing was changed",
                            {}},
                           "the disk is full");
  }

  std::unique_ptr<Store<Reading, Writing>> inner_;
  int good_writes_ = kAll;
  StoreTrouble trouble_ = StoreTrouble::Breaks;
  bool reads_too_ = false;
};

}  // namespace banyan::test
