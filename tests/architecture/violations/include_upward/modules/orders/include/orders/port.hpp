#pragma once
// orders/port.hpp
