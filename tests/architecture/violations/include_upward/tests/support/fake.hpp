#pragma once
// tests/support/fake.hpp
