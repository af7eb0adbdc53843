package client

import "context"

// Industries are an official account's two trades (所属行业). Templates are
// chosen from theirs.
type Industries struct {
	Primary, Secondary Industry
}

// Industry is a trade, by the names of its two levels: IT科技, 互联网|电子商务.
type Industry struct {
	FirstClass, SecondClass string
}

// Industries tells an official account's industries.
func (c *Client) Industries(ctx context.Context) (*Industries, error) {
	keeper, ok := c.platform.(industryKeeper)
	if !ok {
		return nil, notOnPlatform(c.config.Platform, OpIndustries)
	}
	found := &Industries{}
	if _, err := c.do(ctx, keeper.industries(found)); err != nil {
		return nil, err
	}
	return found, nil
}

// SetIndustries sets an official account's industries, by their codes in the
// platform's list (1 is IT科技, 互联网|电子商务). The platform allows it once a
// month, so it is not repeated where its answer was lost.
func (c *Client) SetIndustries(ctx context.Context, primary, secondary int) error {
	keeper, ok := c.platform.(industryKeeper)
	if !ok {
		return notOnPlatform(c.config.Platform, OpSetIndustries)
	}
	_, err := c.do(ctx, keeper.setIndustries(primary, secondary))
	return err
}
