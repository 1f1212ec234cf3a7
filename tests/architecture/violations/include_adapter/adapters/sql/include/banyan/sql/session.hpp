#pragma once
// sql/session.hpp
