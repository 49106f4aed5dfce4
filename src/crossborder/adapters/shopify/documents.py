"""The GraphQL documents, one constant each; every one is validated against Shopify's own schema.

The vendor counts one point an object and refuses a query above 1,000 points, so the sizes of
nested lists are chosen to stay below it, and what does not fit is read page by page.
"""

__all__ = ["ALL"]

_PAGE = "pageInfo { hasNextPage endCursor }"
_SHOP_MONEY = "{ shopMoney { amount currencyCode } }"
_BOTH_MONEY = "{ shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }"

_PRODUCT = """
fragment ProductParts on Product {
  id handle title status onlineStoreUrl updatedAt
  digest: metafield(namespace: "crossborder", key: "digest") { value }
  variants(first: 100) { nodes { id sku inventoryItem { id } } pageInfo { hasNextPage endCursor } }
}
"""

SHOP = (
    """
query Shop($identifier: ProductIdentifierInput!) {
  shop { currencyCode }
  location { id }
  product: productByIdentifier(identifier: $identifier) { ...ProductParts }
}
"""
    + _PRODUCT
)

PRODUCT = (
    """
query Product($identifier: ProductIdentifierInput!) {
  product: productByIdentifier(identifier: $identifier) { ...ProductParts }
}
"""
    + _PRODUCT
)

PRODUCT_VARIANTS = """
query ProductVariants($id: ID!, $after: String) {
  product(id: $id) {
    variants(first: 250, after: $after) {
      nodes { id sku inventoryItem { id } } pageInfo { hasNextPage endCursor }
    }
  }
}
"""

PRODUCT_SET = (
    """
mutation ProductSet($identifier: ProductSetIdentifiers!, $input: ProductSetInput!) {
  productSet(identifier: $identifier, input: $input, synchronous: true) {
    product { ...ProductParts }
    userErrors { code field message }
  }
}
"""
    + _PRODUCT
)

PRODUCT_EXPOSE = """
mutation ProductExpose($id: ID!, $input: [PublicationInput!]!) {
  publishablePublish(id: $id, input: $input) { userErrors { field message } }
}
"""

PRODUCT_MARK = """
mutation ProductMark($metafields: [MetafieldsSetInput!]!) {
  metafieldsSet(metafields: $metafields) { userErrors { code field message } }
}
"""

PRODUCT_STATUS = """
mutation ProductStatus($product: ProductUpdateInput!) {
  productUpdate(product: $product) {
    product { id status onlineStoreUrl updatedAt }
    userErrors { field message }
  }
}
"""

LOCATION = """
query PrimaryLocation {
  location { id }
}
"""

STOCK_SET = """
mutation StockSet($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup { id }
    userErrors { code field message }
  }
}
"""

STOCK = """
query Stock($items: [ID!]!, $location: ID!) {
  nodes(ids: $items) {
    id
    ... on InventoryItem {
      inventoryLevel(locationId: $location) { quantities(names: ["available"]) { quantity } }
    }
  }
}
"""

ORDERS = """
query Orders($first: Int!, $after: String, $query: String!) {
  orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {
    nodes { id } pageInfo { hasNextPage endCursor }
  }
}
"""

_LINE = f"""
fragment LineParts on LineItem {{
  id sku title variantTitle quantity currentQuantity
  variant {{ id }}
  originalUnitPriceSet {_SHOP_MONEY}
  discountAllocations {{ allocatedAmountSet {_SHOP_MONEY} }}
  taxLines {{ title priceSet {_SHOP_MONEY} }}
}}
"""

_FULFILMENT = f"""
fragment FulfilmentParts on Fulfillment {{
  id status createdAt deliveredAt
  trackingInfo {{ company number url }}
  fulfillmentLineItems(first: 10) {{ nodes {{ quantity lineItem {{ id }} }} {_PAGE} }}
}}
"""

ORDER = (
    f"""
query Order($id: ID!) {{
  order(id: $id) {{
    id name processedAt updatedAt cancelledAt closedAt cancelReason currencyCode
    presentmentCurrencyCode displayFinancialStatus displayFulfillmentStatus taxesIncluded
    customerLocale email phone note tags test sourceName
    totalPriceSet {_SHOP_MONEY}
    shippingLines(first: 15) {{
      nodes {{
        title discountedPriceSet {_SHOP_MONEY} taxLines {{ title priceSet {_SHOP_MONEY} }}
      }}
      {_PAGE}
    }}
    customer {{
      id displayName locale
      defaultEmailAddress {{ emailAddress marketingState }}
    }}
    shippingAddress {{
      name firstName lastName company address1 address2 city province provinceCode zip
      countryCodeV2 phone
    }}
    customerJourneySummary {{
      firstVisit {{ id occurredAt utmParameters {{ campaign medium source }} }}
      lastVisit {{ id occurredAt utmParameters {{ campaign medium source }} }}
    }}
    transactionsCount {{ count }}
    transactions(first: 60) {{
      id kind status gateway processedAt createdAt
      parentTransaction {{ id }}
      amountSet {_BOTH_MONEY}
    }}
    fulfillmentsCount {{ count }}
    fulfillments(first: 10) {{ ...FulfilmentParts }}
    lineItems(first: 25) {{ nodes {{ ...LineParts }} {_PAGE} }}
  }}
}}
"""
    + _LINE
    + _FULFILMENT
)

ORDER_LINES = (
    f"""
query OrderLines($id: ID!, $after: String) {{
  order(id: $id) {{ lineItems(first: 75, after: $after) {{ nodes {{ ...LineParts }} {_PAGE} }} }}
}}
"""
    + _LINE
)

FULFILMENTS = (
    """
query Fulfilments($id: ID!) {
  order(id: $id) { fulfillments(first: 35) { ...FulfilmentParts } }
}
"""
    + _FULFILMENT
)

FULFILMENT_LINES = f"""
query FulfilmentLines($id: ID!, $after: String) {{
  fulfillment(id: $id) {{
    fulfillmentLineItems(first: 250, after: $after) {{
      nodes {{ quantity lineItem {{ id }} }} {_PAGE}
    }}
  }}
}}
"""

DISPATCHABLE = f"""
query Dispatchable($id: ID!, $after: String) {{
  order(id: $id) {{
    fulfillmentOrders(first: 5, after: $after) {{
      nodes {{
        id status
        supportedActions {{ action }}
        assignedLocation {{ location {{ id }} }}
        lineItems(first: 80) {{ nodes {{ id remainingQuantity lineItem {{ id }} }} {_PAGE} }}
      }}
      {_PAGE}
    }}
  }}
}}
"""

DISPATCHABLE_LINES = f"""
query DispatchableLines($id: ID!, $after: String) {{
  fulfillmentOrder(id: $id) {{
    lineItems(first: 250, after: $after) {{
      nodes {{ id remainingQuantity lineItem {{ id }} }} {_PAGE}
    }}
  }}
}}
"""

DISPATCH = (
    """
mutation Dispatch($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) {
    fulfillment { ...FulfilmentParts }
    userErrors { field message }
  }
}
"""
    + _FULFILMENT
)

_REFUND = f"""
fragment RefundParts on Refund {{
  id createdAt note
  totalRefundedSet {_BOTH_MONEY}
  transactions(first: 10) {{ nodes {{ id status }} }}
}}
"""

REFUNDS = (
    """
query Refunds($id: ID!) {
  order(id: $id) { refunds(first: 50) { ...RefundParts } }
}
"""
    + _REFUND
)

REFUND = (
    """
mutation Refund($input: RefundInput!, $key: String!) {
  refundCreate(input: $input) @idempotent(key: $key) {
    refund { ...RefundParts }
    userErrors { field message }
  }
}
"""
    + _REFUND
)

ALL = {
    "products.shop": SHOP,
    "products.find": PRODUCT,
    "products.variants": PRODUCT_VARIANTS,
    "products.set": PRODUCT_SET,
    "products.expose": PRODUCT_EXPOSE,
    "products.mark": PRODUCT_MARK,
    "products.status": PRODUCT_STATUS,
    "locations.primary": LOCATION,
    "inventory.set": STOCK_SET,
    "inventory.read": STOCK,
    "orders.list": ORDERS,
    "orders.get": ORDER,
    "orders.lines": ORDER_LINES,
    "fulfilments.list": FULFILMENTS,
    "fulfilments.lines": FULFILMENT_LINES,
    "fulfilments.dispatchable": DISPATCHABLE,
    "fulfilments.dispatchable_lines": DISPATCHABLE_LINES,
    "fulfilments.create": DISPATCH,
    "refunds.list": REFUNDS,
    "refunds.create": REFUND,
}
"""Every document by the operation that sends it."""
