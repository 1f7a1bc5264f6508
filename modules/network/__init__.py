"""The VPC: address plan, subnets, filters, endpoints and flow logs (NET-1 to NET-6)."""
