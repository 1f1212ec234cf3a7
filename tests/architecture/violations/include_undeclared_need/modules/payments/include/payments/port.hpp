#pragma once
// payments/port.hpp
