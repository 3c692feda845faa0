"""The changes, one statement each: a statement in autocommit mode is one small transaction and one round trip.

Rows of ``inventory`` are locked in the order of their product, so that two runs cannot wait for each other.
"""

CHANGE_PRICE = """
UPDATE offers
   SET price = CASE WHEN wanted.price BETWEEN 0.01 AND coalesce(products.ceiling_price, wanted.price) THEN wanted.price
                    ELSE greatest(round(offers.price * 0.97, 2), 0.01) END
  FROM products, LATERAL (SELECT round(offers_now.price * %(factor)s::numeric, 2) AS price
                            FROM offers AS offers_now WHERE offers_now.id = %(offer)s) AS wanted
 WHERE offers.id = %(offer)s AND products.id = offers.product_id
"""

CHANGE_STOCK = """
UPDATE inventory SET on_hand = greatest(on_hand + %(delta)s, reserved)
 WHERE supplier_id = %(supplier)s AND product_id = %(product)s
"""

PAUSE = "UPDATE offers SET state = 'paused' WHERE id = %(offer)s AND state = 'active'"
RESUME = "UPDATE offers SET state = 'active' WHERE id = %(offer)s AND state = 'paused'"

REGISTER = """
WITH registered AS (
    INSERT INTO pharmacies (cnpj, legal_name, trade_name, city, state, status)
    VALUES (%(cnpj)s, %(legal_name)s, %(trade_name)s, %(city)s, %(state)s, 'pending')
    ON CONFLICT (cnpj) DO NOTHING
    RETURNING id
)
INSERT INTO contacts (pharmacy_id, name, role, phone, consent, consent_at)
SELECT id, %(name)s, 'owner', %(phone)s, 'granted', now() FROM registered
RETURNING pharmacy_id
"""

PLACE = """
WITH wanted AS (
    SELECT offers.supplier_id, offers.product_id, offers.price, offers.minimum_quantity * %(times)s AS quantity
      FROM offers JOIN inventory USING (supplier_id, product_id)
     WHERE offers.supplier_id = %(supplier)s AND offers.product_id = ANY(%(products)s) AND offers.state = 'active'
       AND inventory.on_hand - inventory.reserved >= offers.minimum_quantity * %(times)s
     ORDER BY offers.product_id
       FOR UPDATE OF inventory
), delivery AS (
    SELECT sum(wanted.price * wanted.quantity) AS items_total, area.freight, area.free_freight_from, area.minimum_order,
           area.credit, area.address
      FROM wanted, (
          SELECT delivery_areas.freight, delivery_areas.free_freight_from, suppliers.minimum_order,
                 address.id AS address,
                 (SELECT credit_limit - credit_used(pharmacy_id) FROM credit_limits
                   WHERE pharmacy_id = pharmacies.id AND blocked_reason IS NULL) AS credit
            FROM pharmacies
            JOIN suppliers ON suppliers.id = %(supplier)s
            LEFT JOIN delivery_addresses AS address ON address.pharmacy_id = pharmacies.id AND address.preferred
            JOIN delivery_areas
              ON delivery_areas.supplier_id = suppliers.id
             AND delivery_areas.state = coalesce(address.state, pharmacies.state)
             AND (delivery_areas.city IS NULL OR delivery_areas.city = coalesce(address.city, pharmacies.city))
           WHERE pharmacies.id = %(pharmacy)s
           ORDER BY delivery_areas.city NULLS LAST
           LIMIT 1
      ) AS area
     GROUP BY area.freight, area.free_freight_from, area.minimum_order, area.credit, area.address
), money AS (
    SELECT items_total, freight.freight, address,
           CASE WHEN credit >= items_total + freight.freight THEN 'boleto' ELSE 'pix' END AS method
      FROM delivery, LATERAL (
          SELECT CASE WHEN items_total >= free_freight_from THEN 0 ELSE delivery.freight END AS freight
      ) AS freight
     WHERE items_total >= coalesce(minimum_order, 0)
), reserving AS (
    UPDATE inventory SET reserved = reserved + wanted.quantity
      FROM wanted, money
     WHERE inventory.supplier_id = wanted.supplier_id AND inventory.product_id = wanted.product_id
), placed AS (
    INSERT INTO orders (number, pharmacy_id, supplier_id, status, items_total, discount, freight, total, placed_at,
                        status_changed_at, delivery_address_id, payment_method, due_days)
    SELECT nextval('order_numbers')::text, %(pharmacy)s, %(supplier)s, 'placed', items_total, 0, freight,
           items_total + freight, now(), now(), address, method, CASE method WHEN 'boleto' THEN '28' ELSE '0' END
      FROM money
    RETURNING id
)
INSERT INTO order_items (order_id, line, product_id, quantity, unit_price, total)
SELECT placed.id, row_number() OVER (ORDER BY product_id), product_id, quantity, price, price * quantity
  FROM placed, wanted
RETURNING order_id
"""

_MOVE = """
WITH moved AS (
    UPDATE orders
       SET status = %(after)s,
           promised_delivery = CASE %(after)s WHEN 'confirmed' THEN current_date + %(days)s ELSE promised_delivery END,
           cancel_reason = CASE WHEN %(after)s = 'cancelled' THEN 'pharmacy_request' END
     WHERE id = %(order)s AND status = %(before)s
    RETURNING id, supplier_id, total, payment_method
)
"""
_HELD = """
, held AS (
    SELECT inventory.supplier_id, inventory.product_id, bought.quantity
      FROM moved
      JOIN LATERAL (SELECT product_id, sum(quantity) AS quantity
                      FROM order_items WHERE order_id = moved.id GROUP BY product_id) AS bought ON true
      JOIN inventory ON inventory.supplier_id = moved.supplier_id AND inventory.product_id = bought.product_id
     ORDER BY inventory.product_id
       FOR UPDATE OF inventory
)
"""
_DONE = " SELECT id FROM moved"

MOVE = _MOVE + _DONE

MOVE_TO_INVOICED = f"""{_MOVE}
, invoiced AS (
    INSERT INTO invoices (order_id, access_key, series, number, amount, status, issued_at, due_on)
    SELECT id, %(access_key)s, 1, %(invoice_number)s, total, 'issued', now(),
           current_date + CASE payment_method WHEN 'pix' THEN 0 ELSE 28 END
      FROM moved
), packing AS (
    INSERT INTO shipments (order_id, carrier, status, estimated_delivery)
    SELECT id, %(carrier)s, 'preparing', current_date + %(days)s FROM moved
)
{_DONE}"""  # noqa: S608 - constants only

MOVE_TO_SHIPPED = f"""{_MOVE}{_HELD}
, leaving AS (
    UPDATE inventory
       SET on_hand = greatest(on_hand - held.quantity, 0),
           reserved = least(greatest(reserved - held.quantity, 0), greatest(on_hand - held.quantity, 0))
      FROM held WHERE inventory.supplier_id = held.supplier_id AND inventory.product_id = held.product_id
), under_way AS (
    UPDATE shipments SET status = 'in_transit', shipped_at = now(), tracking_code = %(tracking_code)s
      FROM moved WHERE shipments.order_id = moved.id AND shipments.status = 'preparing'
    RETURNING shipments.order_id
), late_entry AS (
    INSERT INTO shipments (order_id, carrier, tracking_code, status, estimated_delivery, shipped_at)
    SELECT id, %(carrier)s, %(tracking_code)s, 'in_transit', current_date + %(days)s, now()
      FROM moved WHERE id NOT IN (SELECT order_id FROM under_way)
)
{_DONE}"""  # noqa: S608 - constants only

MOVE_TO_DELIVERED = f"""{_MOVE}
, arrived AS (
    UPDATE shipments SET status = 'delivered', delivered_at = now()
      FROM moved WHERE shipments.order_id = moved.id AND shipments.status IN ('in_transit', 'out_for_delivery')
)
{_DONE}"""  # noqa: S608 - constants only

MOVE_TO_CANCELLED = f"""{_MOVE}{_HELD}
, freed AS (
    UPDATE inventory SET reserved = greatest(reserved - held.quantity, 0)
      FROM held WHERE inventory.supplier_id = held.supplier_id AND inventory.product_id = held.product_id
), void AS (
    UPDATE invoices SET status = 'cancelled'
      FROM moved WHERE invoices.order_id = moved.id AND invoices.status = 'issued'
), dropped AS (
    UPDATE charges SET status = 'cancelled'
      FROM moved JOIN invoices ON invoices.order_id = moved.id
     WHERE charges.invoice_id = invoices.id AND charges.status = 'open'
)
{_DONE}"""  # noqa: S608 - constants only

MOVES = {
    "confirmed": MOVE,
    "picking": MOVE,
    "invoiced": MOVE_TO_INVOICED,
    "shipped": MOVE_TO_SHIPPED,
    "delivered": MOVE_TO_DELIVERED,
    "cancelled": MOVE_TO_CANCELLED,
}

UNCHARGED = """
SELECT invoices.id, invoices.amount, invoices.due_on, orders.payment_method
  FROM invoices JOIN orders ON orders.id = invoices.order_id
 WHERE invoices.order_id = %(order)s AND invoices.status = 'issued'
   AND NOT EXISTS (SELECT FROM charges WHERE charges.invoice_id = invoices.id)
"""

CHARGE = """
INSERT INTO charges (invoice_id, instalment, method, digitable_line, pix_txid, amount, due_on, status)
SELECT id, 1, %(method)s, %(line)s, %(txid)s, amount, due_on, 'open' FROM invoices
 WHERE id = %(invoice)s AND status = 'issued'
RETURNING id
"""

PAY = """
WITH paid AS (
    UPDATE charges SET status = 'paid' WHERE id = %(charge)s AND status = 'open'
    RETURNING id, invoice_id, method, amount
), came AS (
    INSERT INTO payments (charge_id, method, amount, status, paid_at)
    SELECT id, method, amount, 'settled', now() FROM paid
), settled AS (
    UPDATE invoices SET status = 'paid', paid_at = now()
      FROM paid
     WHERE invoices.id = paid.invoice_id AND invoices.status IN ('issued', 'overdue')
       AND NOT EXISTS (SELECT FROM charges WHERE charges.invoice_id = paid.invoice_id AND charges.id <> paid.id
                                             AND charges.status <> 'paid')
)
SELECT id FROM paid
"""

SAMPLE_OFFERS = """
SELECT id, supplier_id, product_id, state = 'paused' FROM offers
 WHERE state IN ('active', 'paused') AND id %% (SELECT greatest(max(id) / %(most)s, 1) FROM offers) = 0 ORDER BY id
"""
SAMPLE_PHARMACIES = "SELECT id FROM pharmacies WHERE status = 'active' ORDER BY id LIMIT %(most)s"
SAMPLE_ORDERS = """
SELECT id, status, supplier_id FROM orders
 WHERE status NOT IN ('delivered', 'cancelled', 'returned') ORDER BY id LIMIT %(most)s
"""
SAMPLE_CHARGES = "SELECT id FROM charges WHERE status = 'open' ORDER BY id LIMIT %(most)s"
SUPPLIERS = "SELECT id, cnpj, coalesce(city, ''), coalesce(state, 'SP') FROM suppliers ORDER BY id"
