"""What deployments themselves need: where state is kept, who may plan and deploy, and what they may do."""
