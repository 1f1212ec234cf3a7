#pragma once
// persistence/sql_orders.hpp
