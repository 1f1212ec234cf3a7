#pragma once
// catalog/port.hpp
