// shipment.h -- parcels. (B, 2015)
#ifndef SHIPMENT_H
#define SHIPMENT_H

#include <string>
#include <vector>

#include "order.h"

struct Scan
{
    std::string leg;
    std::string sighting;
    std::string note;
    i64 at;
};

struct Shipment
{
    i64 orderId;
    std::string state;
    std::string trackingNo;
    std::string returnNo;
    i64 weight;
    i64 bookedAt;
    i64 changedAt;
    std::vector<Scan> scans;
};

class ShipmentManager
{
public:
    static ShipmentManager* getInstance();

    // A parcel for a paid order; within the caller's transaction.
    int book(Order* order);
    int cancel(Order* order);
    int announceReturn(Order* order);

    // SHOP_OK, ERR_NOT_FOUND.
    int find(i64 order_id, Shipment* out);

    // What the carrier's scanner says: collected, on_its_way, delayed, delivered. Of what comes in a second
    // time nothing happens.
    int scanned(const std::string& tracking, const std::string& sighting, const std::string& note);

    std::string label(const Order* order);

private:
    ShipmentManager() {}
    int outboundScan(Order* order, const std::string& sighting);
    int returnScan(Order* order, const std::string& sighting);
    int setState(const Order* order, const char* state);
};

#endif
