"""Vendors' published contracts as the judge of what an adapter sends and reads.

| the vendor publishes | contract |
|---|---|
| Swagger 2.0, OpenAPI 3.0 or 3.1 | `OpenApiContract` |
| a GraphQL introspection | `GraphqlContract` |
| printed requests and answers | `SampleBook` |

`ContractTransport` takes one or several of them, validates every request, answers it from a
stateful fake or from the vendor's own example, and validates the answer as well.
"""

from crossborder.testing.contract_transport.graphql import GraphqlContract
from crossborder.testing.contract_transport.openapi import OpenApiContract
from crossborder.testing.contract_transport.operation import Contract, Operation
from crossborder.testing.contract_transport.samples import Sample, SampleBook
from crossborder.testing.contract_transport.transport import Answer, ContractTransport, Seen
from crossborder.testing.contract_transport.violation import ContractViolation

__all__ = [
    "Answer",
    "Contract",
    "ContractTransport",
    "ContractViolation",
    "GraphqlContract",
    "OpenApiContract",
    "Operation",
    "Sample",
    "SampleBook",
    "Seen",
]
