// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/error_origin.hpp"

#include <gtest/gtest.h>

namespace banyan {
namespace {

ErrorOrigin origin(ErrorCode code, const char* rule) {
  return origin_of(Error{code, rule, "", {}});
}

TEST(ErrorOrigin, IsTheModuleForItsOwnRulesWhateverTheirCode) {
  for (const ErrorCode code :
       {ErrorCode::NotFound, ErrorCode::Conflict, ErrorCode::PermissionDenied,
        ErrorCode::ResourceExhausted, ErrorCode::Unavailable, ErrorCode::Internal}) {
    EXPECT_EQ(origin(code, "money.declined"), ErrorOrigin::Module) << to_string(code);
  }
}

TEST(ErrorOrigin, IsTheModuleForItsFaultItsAbsenceAndItsSilence) {
  EXPECT_EQ(origin(ErrorCode::Internal, "banyan.fault"), ErrorOrigin::Module);
  EXPECT_EQ(origin(ErrorCode::Internal, "banyan.undeclared_error"), ErrorOrigin::Module);
  EXPECT_EQ(origin(ErrorCode::Unavailable, "banyan.unreachable"), ErrorOrigin::Module);
  EXPECT_EQ(origin(ErrorCode::Unavailable, "banyan.circuit_open"), ErrorOrigin::Module);
  EXPECT_EQ(origin(ErrorCode::Unavailable, "banyan.storage_full"), ErrorOrigin::Module);
  EXPECT_EQ(origin(ErrorCode::DeadlineExceeded, "banyan.timeout"), ErrorOrigin::Module);
  EXPECT_EQ(origin(ErrorCode::DeadlineExceeded, "banyan.deadline_exceeded"), ErrorOrigin::Module);
}

TEST(ErrorOrigin, IsAStrangerWhoAnswersInThePlaceOfTheModule) {
  for (const ErrorCode code :
       {ErrorCode::NotFound, ErrorCode::PermissionDenied, ErrorCode::Unavailable}) {
    EXPECT_EQ(origin(code, "banyan.foreign_answer"), ErrorOrigin::Stranger) << to_string(code);
  }
}

TEST(ErrorOrigin, IsTheKitForWhatThisProcessWasNotAbleToAsk) {
  EXPECT_EQ(origin(ErrorCode::Unavailable, "banyan.out_of_sockets"), ErrorOrigin::Kit);
  EXPECT_EQ(origin(ErrorCode::Unavailable, "banyan.answer_too_large"), ErrorOrigin::Kit);
  EXPECT_EQ(origin(ErrorCode::Unavailable, "banyan.fault"), ErrorOrigin::Kit)
      << "of the asking: a module's own is Internal";
}

TEST(AnError, MeansThatNobodyHasAnsweredWhenTheModuleOrTheWayToItHasFailed) {
  const auto is_silence = [](ErrorCode code, const char* rule) {
    return is_without_answer(Error{code, rule, "", {}});
  };
  EXPECT_TRUE(is_silence(ErrorCode::Unavailable, "banyan.unreachable"));
  EXPECT_TRUE(is_silence(ErrorCode::Unavailable, "banyan.circuit_open"));
  EXPECT_TRUE(is_silence(ErrorCode::Unavailable, "banyan.out_of_sockets"));
  EXPECT_TRUE(is_silence(ErrorCode::Unavailable, "banyan.foreign_answer"));
  EXPECT_TRUE(is_silence(ErrorCode::DeadlineExceeded, "banyan.timeout"));
  EXPECT_TRUE(is_silence(ErrorCode::Internal, "banyan.fault")) << "it threw, as a status 500 says";
  EXPECT_FALSE(is_silence(ErrorCode::NotFound, "money.no_account"));
  EXPECT_FALSE(is_silence(ErrorCode::Unavailable, "money.closed_today")) << "its own rule";
  EXPECT_FALSE(is_silence(ErrorCode::PermissionDenied, "banyan.foreign_answer"));
  EXPECT_FALSE(is_silence(ErrorCode::ResourceExhausted, "banyan.writer_queue_full"));
  EXPECT_FALSE(is_silence(ErrorCode::FailedPrecondition, "banyan.call_inside_unit_of_work"));
}

TEST(ErrorOrigin, IsTheKitForRequestsThatItRefuses) {
  EXPECT_EQ(origin(ErrorCode::InvalidArgument, "banyan.unsendable"), ErrorOrigin::Kit);
  EXPECT_EQ(origin(ErrorCode::InvalidArgument, "banyan.idempotency_key_missing"), ErrorOrigin::Kit);
  EXPECT_EQ(origin(ErrorCode::NotFound, "banyan.no_such_resource"), ErrorOrigin::Kit);
  EXPECT_EQ(origin(ErrorCode::FailedPrecondition, "banyan.call_inside_unit_of_work"),
            ErrorOrigin::Kit);
  EXPECT_EQ(origin(ErrorCode::ResourceExhausted, "banyan.writer_queue_full"), ErrorOrigin::Kit);
}

TEST(ErrorOrigin, IsTheKitWhileAnEarlierTryIsUnderWay) {
  const Error running{ErrorCode::Conflict, "banyan.command_running", "", {}};
  EXPECT_EQ(origin_of(running), ErrorOrigin::Kit);
  EXPECT_TRUE(is_still_running(running));
  EXPECT_FALSE(is_still_running({ErrorCode::Conflict, "banyan.outcome_unknown", "", {}}));
}

}  // namespace
}  // namespace banyan
